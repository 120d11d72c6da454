import type { IncomingMessage, ServerResponse } from "node:http";
import { crc32 } from "node:zlib";
import { unchunked } from "./aws-chunked.ts";
import type { Bucket } from "./bucket.ts";
import type { S3Refusal } from "./uploads.ts";

/**
 * What befalls a request: refused, cut before its body has come, or carried out and cut on the way back (what is read
 * in the middle).
 */
export type Mishap = "busy" | "broken" | "cut-upload" | "cut-off" | "denied";

/** A request that is to be carried out. */
export interface Call extends Bucket {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly mishap: Mishap | undefined;
  /** Of a listing, at most. */
  readonly pageKeys: number;
}

export const TAKEN: S3Refusal = [
  412,
  "PreconditionFailed",
  "At least one of the pre-conditions you specified did not hold",
];

/** The content, or nothing where it is not the one that its checksum is of. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const raw = Buffer.concat(pieces);
  const { headers } = request;
  const chunked = headers["content-encoding"]?.includes("aws-chunked") ?? false;
  const { content, trailers } = chunked ? unchunked(raw) : { content: raw, trailers: {} };
  const length = Number(headers["x-amz-decoded-content-length"] ?? headers["content-length"] ?? 0);
  const checksum = { ...headers, ...trailers }["x-amz-checksum-crc32"];
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(content));
  const isWhole =
    content.length === length && (checksum ?? sum.toString("base64")) === sum.toString("base64");
  return isWhole ? content : undefined;
}
