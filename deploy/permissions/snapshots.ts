import { clustersOf } from "../clusters.ts";
import type { Stack } from "../stack-settings.ts";
import { allow, type Statement, type Target } from "./statement.ts";

/** What Cassy keeps its snapshots under. */
const KEPT_UNDER = ["node-backup/*", "cluster-backup/*"];

/** To see whether a bucket could be read later. */
export function seeSnapshots(stack: Stack): readonly Statement[] {
  return [allow("SeeSnapshots", ["s3:ListBucket"], bucketsOf(stack))];
}

/** What shared/databases/cassandra does with the bucket that Cassy uploads to: it reads, and nothing else. */
export function readSnapshots(stack: Stack): readonly Statement[] {
  const objects = bucketsOf(stack, KEPT_UNDER);
  const condition = { StringLike: { "kms:ViaService": ["s3.*.amazonaws.com"] } };
  return [
    ...seeSnapshots(stack),
    allow("ReadSnapshots", ["s3:GetObject"], objects),
    allow("UseKeysOfSnapshots", ["kms:Decrypt"], objects.length === 0 ? [] : stack.keys, condition),
  ];
}

function bucketsOf({ config }: Stack, below: readonly string[] = [""]): readonly Target[] {
  const buckets = clustersOf(config).flatMap(({ cassy }) => (cassy === undefined ? [] : [cassy.bucket.name]));
  return [...new Set(buckets)].flatMap((bucket) =>
    below.map((key) => ({
      "Fn::Sub": `arn:\${AWS::Partition}:s3:::${bucket}${key === "" ? "" : `/${key}`}`,
    })),
  );
}
