import type { ArtifactsSettings } from "../../shared/config/config.ts";
import { jdbcsOf } from "../../shared/config/databases-of.ts";
import type { Deployable } from "../deployable.ts";
import type { Stack } from "../stack-settings.ts";
import { allow, type Statement, type Target } from "./statement.ts";

type Bucket = Extract<ArtifactsSettings, { kind: "s3" }>;

/** What shared/artifacts does with a bucket: it looks whether it is safe, and keeps dumps under the prefix alone. */
export function keepDumps(stack: Stack): readonly Statement[] {
  const actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"];
  return [
    allow("KeepDumps", actions, objects(stack.config)),
    allow(
      "SeeWhetherDumpsAreSafe",
      [
        "s3:GetBucketAcl",
        "s3:GetBucketPolicyStatus",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetEncryptionConfiguration",
      ],
      buckets(stack.config),
    ),
    seeWhichThereAre(stack.config),
    ...useKeysOfDumps(stack, ["kms:Decrypt", "kms:GenerateDataKey"]),
  ];
}

/** To plan a restore. */
export function readDumps(stack: Stack): readonly Statement[] {
  return [
    allow("ReadDumps", ["s3:GetObject"], objects(stack.config)),
    seeWhichThereAre(stack.config),
    ...useKeysOfDumps(stack, ["kms:Decrypt"]),
  ];
}

/** To carry on what a dead backup has stored, which may be worth nothing. */
export function followDumps(stack: Stack): readonly Statement[] {
  return [
    allow("FollowDumps", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], objects(stack.config)),
    seeWhichThereAre(stack.config),
    ...useKeysOfDumps(stack, ["kms:Decrypt", "kms:GenerateDataKey"]),
  ];
}

/** Without it, an object that is gone would look like one that is forbidden. */
function seeWhichThereAre(config: Deployable): Statement {
  return allow("SeeWhichDumpsThereAre", ["s3:ListBucket"], buckets(config));
}

function useKeysOfDumps({ config, keys }: Stack, actions: readonly string[]): readonly Statement[] {
  const all = [
    ...bucketsOf(config).flatMap(({ kmsKey }) => (kmsKey === undefined ? [] : [kmsKey])),
    ...(bucketsOf(config).length === 0 ? [] : keys),
  ];
  const condition = { StringLike: { "kms:ViaService": ["s3.*.amazonaws.com"] } };
  return [allow("UseKeysOfDumps", actions, [...new Set(all)], condition)];
}

function bucketsOf({ deployments }: Deployable): readonly Bucket[] {
  return deployments.flatMap((deployment) =>
    jdbcsOf(deployment).flatMap(({ dumps }) => (dumps.kind === "s3" ? [dumps] : [])),
  );
}

function objects(config: Deployable): readonly Target[] {
  return distinct(bucketsOf(config).map(({ bucket, prefix }) => s3(`${bucket}/${prefix}*`)));
}

function buckets(config: Deployable): readonly Target[] {
  return distinct(bucketsOf(config).map(({ bucket }) => s3(bucket)));
}

function s3(resource: string): Target {
  return { "Fn::Sub": `arn:\${AWS::Partition}:s3:::${resource}` };
}

function distinct(targets: readonly Target[]): readonly Target[] {
  return [...new Map(targets.map((one) => [JSON.stringify(one), one])).values()];
}
