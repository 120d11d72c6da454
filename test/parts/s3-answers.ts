import type { ServerResponse } from "node:http";
import type { S3Refusal } from "./s3-multipart.ts";

export function refuse(response: ServerResponse, [status, code, message]: S3Refusal): void {
  xml(response, status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

export function xml(response: ServerResponse, status: number, content: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${content}`);
}

/** What is told of a bucket as a whole, by the question. Private and encrypted, as Amazon makes them. */
export function bucketSettings(): Map<string, string | S3Refusal> {
  const on = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    .map((name) => `<${name}>true</${name}>`)
    .join("");
  return new Map<string, string | S3Refusal>([
    ["publicAccessBlock", `<PublicAccessBlockConfiguration>${on}</PublicAccessBlockConfiguration>`],
    ["policyStatus", [404, "NoSuchBucketPolicy", "The bucket policy does not exist"]],
    ["acl", "<AccessControlPolicy><AccessControlList></AccessControlList></AccessControlPolicy>"],
    [
      "encryption",
      "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>" +
        "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
    ],
  ]);
}
