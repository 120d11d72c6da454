import * as z from "zod";
import { text } from "./fields.ts";
import { encryptedUnlessKey } from "./storage-account-schema.ts";
import { bucketFields, containerFields, prefixOf } from "./store-fields.ts";

const FolderSection = z
  .strictObject({
    kind: z.literal("folder").describe("A folder that every host of a verification sees."),
    path: text("must be the path of a folder")
      .optional()
      .describe(
        "Path, relative to the configuration file. Default: a folder of one's own in the system's temporary directory.",
      ),
  })
  .describe("A folder, where all of a verification is done on one host.");

const S3Section = z
  .strictObject({
    kind: z.literal("s3").describe("A bucket."),
    ...bucketFields,
    bucket: bucketFields.bucket.describe(
      "Name of the bucket. A rule of its own should expire what is older than a week.",
    ),
    prefix: prefixOf("every part"),
  })
  .describe("A bucket, where segments are read by functions that share no disk.");

const BlobSection = z
  .strictObject({
    kind: z.literal("blob").describe("A container of an Azure Storage account."),
    ...containerFields,
    container: containerFields.container.describe(
      "Name of the container. A rule of the account should delete what is older than a week.",
    ),
    prefix: prefixOf("every part"),
  })
  .check(encryptedUnlessKey)
  .describe("A container, where segments are read by functions on Azure that share no disk.");

export const VerificationSection = z
  .strictObject({
    parts: z
      .discriminatedUnion("kind", [FolderSection, S3Section, BlobSection])
      .prefault({ kind: "folder" })
      .describe(
        "Where what was read of each segment is kept until the whole is judged: a folder, s3 or blob.",
      ),
  })
  .describe("How restored copies and live tables are verified.");

export type VerificationSection = z.output<typeof VerificationSection>;
