import type { ServerResponse } from "node:http";
import { escaped } from "../escaped.ts";
import type { S3Refusal } from "./uploads.ts";

export function refuse(response: ServerResponse, [status, code, message]: S3Refusal): void {
  xml(response, status, { Error: { Code: code, Message: message } });
}

/** Lists repeat the name of their element. */
interface Elements {
  readonly [name: string]: string | number | boolean | Elements | readonly Elements[];
}

/** Text is XML already. */
export function xml(response: ServerResponse, status: number, content: string | Elements): void {
  response.writeHead(status, { "content-type": "application/xml" });
  const told = typeof content === "string" ? content : elements(content);
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${told}`);
}

function elements(content: Elements): string {
  return Object.entries(content)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => element(name, one)))
    .join("");
}

function element(name: string, value: string | number | boolean | Elements): string {
  return `<${name}>${typeof value === "object" ? elements(value) : escaped(String(value))}</${name}>`;
}

export function textOf(xmlText: string): string {
  return xmlText
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&gt;", ">")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&");
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
