import * as z from "zod";
import { checkedText, text, urlProblem } from "./fields.ts";
import { encryptedUnlessKey, storageAccount } from "./storage-account-schema.ts";

const prefix = text('must be empty or end with "/"', /^$|^[A-Za-z0-9_.-][A-Za-z0-9_./-]*\/$/)
  .default("stillpoint/")
  .describe("Put before the name of every dump.");

const FolderSection = z
  .strictObject({
    kind: z
      .literal("folder")
      .describe("A folder: on another disk than the database's, best on another machine."),
    path: text("must be the path of a folder").describe("Path, relative to the configuration file."),
  })
  .describe("Dumps as files.");

const S3Section = z
  .strictObject({
    kind: z.literal("s3").describe("A bucket."),
    bucket: text("must be the name of a bucket", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/).describe(
      "Name of the bucket. It must be private and encrypted.",
    ),
    region: text('must be a region such as "ap-northeast-1"', /^[a-z0-9-]+$/).describe("AWS region."),
    prefix,
    endpoint: checkedText(urlProblem)
      .optional()
      .describe("Address of the service, where it is not AWS's own."),
    profile: text("must be the name of an AWS profile")
      .optional()
      .describe("AWS profile with the credentials."),
    kmsKey: text("must be the ARN of a KMS key", /^arn:aws[a-z-]*:kms:/)
      .optional()
      .describe("KMS key that the dumps are encrypted with. Default: as the bucket says."),
  })
  .describe("Dumps as objects of a bucket.");

const BlobSection = z
  .strictObject({
    kind: z.literal("blob").describe("A container of an Azure Storage account."),
    container: text(
      "must be the name of a container: 3 to 63 lower-case letters, digits and single hyphens",
      /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    ).describe("Name of the container. It must be private."),
    prefix,
    ...storageAccount,
    account: storageAccount.account.describe("Storage account of the container."),
  })
  .check(encryptedUnlessKey)
  .describe("Dumps as blobs of a container.");

export const ArtifactsSection = z
  .discriminatedUnion("kind", [FolderSection, S3Section, BlobSection])
  .describe("Where dumps are kept: a folder, s3 or blob.");
export type ArtifactsSection = z.output<typeof ArtifactsSection>;
