import { checkedText, text, urlProblem } from "./fields.ts";

/** What every service of AWS is reached by. */
export const region = text('must be a region such as "ap-northeast-1"', /^[a-z0-9-]+$/).describe(
  "AWS region.",
);
export const endpoint = checkedText(urlProblem)
  .optional()
  .describe("Address of the service, where it is not AWS's own.");
export const profile = text("must be the name of an AWS profile")
  .optional()
  .describe("AWS profile with the credentials.");
