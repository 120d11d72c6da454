import { randomUUID } from "node:crypto";
import {
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyStatusCommand,
  GetPublicAccessBlockCommand,
  type PublicAccessBlockConfiguration,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { describeCause } from "../errors/describe-cause.ts";
import { plainHttpProblem } from "./failure.ts";
import { isNamed, type S3Settings } from "./s3-object.ts";

const EVERYBODY = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;
/** Of services that speak as S3 does, not all know all questions. */
const UNKNOWN_THERE = /^(NotImplemented|MethodNotAllowed)$/;

/** Why dumps would not be safe in a bucket; that something cannot be found out is a reason too. */
export async function bucketProblems(client: S3Client, settings: S3Settings): Promise<readonly string[]> {
  const checks = [
    () => publicProblem(client, settings.bucket),
    () => encryptionProblem(client, settings.bucket),
    () => writingProblem(client, settings),
  ];
  const found = await Promise.all(
    checks.map((check) => check().catch((error) => unknownProblem(error, settings))),
  );
  return [plainHttpProblem(settings.endpoint), ...found].flatMap((problem) => problem ?? []);
}

function unknownProblem(error: unknown, { bucket, endpoint }: S3Settings): string | undefined {
  if (endpoint !== undefined && isNamed(error, UNKNOWN_THERE)) return undefined;
  return (
    `bucket "${bucket}" cannot be looked at: ${describeCause(error)}; the identity needs s3:GetBucketPublicAccessBlock, ` +
    "s3:GetBucketPolicyStatus, s3:GetBucketAcl, s3:GetEncryptionConfiguration, s3:ListBucket, s3:PutObject, s3:GetObject " +
    "and s3:DeleteObject"
  );
}

async function publicProblem(client: S3Client, Bucket: string): Promise<string | undefined> {
  const blocked = await blockOf(client, Bucket);
  if (!blocked.RestrictPublicBuckets && (await hasPublicPolicy(client, Bucket)))
    return `bucket "${Bucket}" is public by its policy: block public access to it`;
  if (!blocked.IgnorePublicAcls && (await isGrantedToEverybody(client, Bucket)))
    return `bucket "${Bucket}" is public by its access control list: block public access to it`;
  return undefined;
}

async function blockOf(client: S3Client, Bucket: string): Promise<PublicAccessBlockConfiguration> {
  try {
    const answer = await client.send(new GetPublicAccessBlockCommand({ Bucket }));
    return answer.PublicAccessBlockConfiguration ?? {};
  } catch (error) {
    if (isNamed(error, /^NoSuchPublicAccessBlockConfiguration$/)) return {};
    throw error;
  }
}

async function hasPublicPolicy(client: S3Client, Bucket: string): Promise<boolean> {
  try {
    const { PolicyStatus } = await client.send(new GetBucketPolicyStatusCommand({ Bucket }));
    return PolicyStatus?.IsPublic !== false;
  } catch (error) {
    if (isNamed(error, /^NoSuchBucketPolicy$/)) return false;
    throw error;
  }
}

async function isGrantedToEverybody(client: S3Client, Bucket: string): Promise<boolean> {
  const { Grants = [] } = await client.send(new GetBucketAclCommand({ Bucket }));
  return Grants.some(({ Grantee }) => EVERYBODY.test(Grantee?.URI ?? ""));
}

async function encryptionProblem(client: S3Client, Bucket: string): Promise<string | undefined> {
  const unencrypted = `bucket "${Bucket}" does not encrypt what is stored in it: set its default encryption`;
  try {
    const answer = await client.send(new GetBucketEncryptionCommand({ Bucket }));
    const rules = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
    return rules.length > 0 ? undefined : unencrypted;
  } catch (error) {
    if (isNamed(error, /^ServerSideEncryptionConfigurationNotFoundError$/)) return unencrypted;
    throw error;
  }
}

async function writingProblem(client: S3Client, { bucket, prefix }: S3Settings): Promise<undefined> {
  const at = { Bucket: bucket, Key: `${prefix}probe-${randomUUID()}` };
  await client.send(new PutObjectCommand({ ...at, Body: "" }));
  await client.send(new DeleteObjectCommand(at));
}
