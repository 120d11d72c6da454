import * as z from "zod";
import { text } from "./fields.ts";
import { encryptedUnlessKey } from "./storage-account-schema.ts";
import { bucketFields, containerFields, prefixOf } from "./store-fields.ts";

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
    ...bucketFields,
    bucket: bucketFields.bucket.describe("Name of the bucket. It must be private and encrypted."),
    prefix: prefixOf("every dump"),
    kmsKey: text("must be the ARN of a KMS key", /^arn:aws[a-z-]*:kms:/)
      .optional()
      .describe("KMS key that the dumps are encrypted with. Default: as the bucket says."),
  })
  .describe("Dumps as objects of a bucket.");

const BlobSection = z
  .strictObject({
    kind: z.literal("blob").describe("A container of an Azure Storage account."),
    ...containerFields,
    container: containerFields.container.describe("Name of the container. It must be private."),
    prefix: prefixOf("every dump"),
  })
  .check(encryptedUnlessKey)
  .describe("Dumps as blobs of a container.");

export const ArtifactsSection = z
  .discriminatedUnion("kind", [FolderSection, S3Section, BlobSection])
  .describe("Where dumps are kept: a folder, s3 or blob.");
export type ArtifactsSection = z.output<typeof ArtifactsSection>;
