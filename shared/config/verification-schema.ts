import * as z from "zod";
import { checkedText, text, urlProblem } from "./fields.ts";
import { encryptedUnlessKey, storageAccount } from "./storage-account-schema.ts";

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[A-Za-z0-9_.-][A-Za-z0-9_./-]*\/$/;

const prefix = text('must be empty or end with "/"', new RegExp(`^$|${PREFIX.source}`))
  .default("stillpoint/")
  .describe("Put before the name of every part.");

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
    bucket: text("must be the name of a bucket", BUCKET).describe(
      "Name of the bucket. A rule of its own should expire what is older than a week.",
    ),
    region: text('must be a region such as "ap-northeast-1"', /^[a-z0-9-]+$/).describe("AWS region."),
    prefix,
    endpoint: checkedText(urlProblem)
      .optional()
      .describe("Address of the service, where it is not AWS's own."),
    profile: text("must be the name of an AWS profile")
      .optional()
      .describe("AWS profile with the credentials."),
  })
  .describe("A bucket, where segments are read by functions that share no disk.");

const BlobSection = z
  .strictObject({
    kind: z.literal("blob").describe("A container of an Azure Storage account."),
    container: text(
      "must be the name of a container: 3 to 63 lower-case letters, digits and single hyphens",
      /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    ).describe("Name of the container. A rule of the account should delete what is older than a week."),
    prefix,
    ...storageAccount,
    account: storageAccount.account.describe("Storage account of the container."),
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
