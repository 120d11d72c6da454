import type { Deployable } from "../deployable.ts";
import { allow, type Statement, type Target } from "./statement.ts";

/**
 * Verification keeps its parts in the bucket. Without the right to list it, a part that is gone would look like one
 * that is forbidden.
 */
export function keepParts({ verification: { parts } }: Deployable): readonly Statement[] {
  const bucket: Target = { "Fn::Sub": `arn:\${AWS::Partition}:s3:::${parts.bucket}` };
  const objects: Target = { "Fn::Sub": `arn:\${AWS::Partition}:s3:::${parts.bucket}/${parts.prefix ?? ""}*` };
  return [
    allow("KeepParts", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [objects]),
    allow("SeeWhichPartsThereAre", ["s3:ListBucket"], [bucket]),
  ];
}
