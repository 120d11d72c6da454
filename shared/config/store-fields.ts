import { checkedText, text, urlProblem } from "./fields.ts";
import { storageAccount } from "./storage-account-schema.ts";

/** Put before the names of what is stored, such as "every part". */
export const prefixOf = (what: string) =>
  text('must be empty or end with "/"', /^$|^[A-Za-z0-9_.-][A-Za-z0-9_./-]*\/$/)
    .default("stillpoint/")
    .describe(`Put before the name of ${what}.`);

/** How a bucket is reached, as part of a section of its own kind. */
export const bucketFields = {
  bucket: text(
    "must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  ),
  region: text('must be a region such as "ap-northeast-1"', /^[a-z0-9-]+$/).describe("AWS region."),
  endpoint: checkedText(urlProblem).optional().describe("Address of the service, where it is not AWS's own."),
  profile: text("must be the name of an AWS profile")
    .optional()
    .describe("AWS profile with the credentials."),
};

/** How a container of a storage account is reached. */
export const containerFields = {
  container: text(
    "must be the name of a container: 3 to 63 lower-case letters, digits and single hyphens",
    /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
  ),
  ...storageAccount,
  account: storageAccount.account.describe("Storage account of the container."),
};
