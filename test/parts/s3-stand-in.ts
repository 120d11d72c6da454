import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32 } from "node:zlib";
import { unchunked } from "./aws-chunked.ts";

/** What befalls a request before it is carried out, or on the way back. */
export type Mishap = "busy" | "cut-off" | "denied";

/** As much of S3 as parts need, by its own wire format: one bucket, path-style, listed two objects to a page. */
export interface S3StandIn extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  readonly objects: Map<string, Buffer>;
  /** Requests as `METHOD bucket` or `METHOD object`, with the encoding of their body. */
  readonly requests: string[];
  /** What befalls the next requests, one after another. */
  readonly mishaps: (Mishap | undefined)[];
}

const PAGE = 2;

export async function startS3(bucket = "parts-of-verifications"): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const mishaps: (Mishap | undefined)[] = [];
  const server = createServer((request, response) => {
    serve({ request, response, bucket, objects, requests, mishap: mishaps.shift() }).catch((error: unknown) =>
      refuse(response, 500, "InternalError", String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    objects,
    requests,
    mishaps,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bucket: string;
  readonly objects: Map<string, Buffer>;
  readonly requests: string[];
  readonly mishap: Mishap | undefined;
}

async function serve(call: Call): Promise<void> {
  const { request, response, bucket, requests, mishap } = call;
  const url = new URL(request.url ?? "", "http://s3");
  const [, named = "", ...rest] = url.pathname.split("/").map(decodeURIComponent);
  const key = rest.join("/");
  const body = await bodyOf(request);
  const encoding = request.headers["content-encoding"] ?? "";
  requests.push(`${request.method} ${key === "" ? "bucket" : "object"} ${encoding}`.trim());
  if (!/^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? "") || mishap === "denied")
    return refuse(response, 403, "AccessDenied", "Access Denied");
  if (mishap === "busy") return refuse(response, 503, "SlowDown", "Please reduce your request rate.");
  if (named !== bucket) return refuse(response, 404, "NoSuchBucket", "The specified bucket does not exist");
  if (body === undefined) return refuse(response, 400, "BadDigest", "The checksum did not match");
  if (key === "") return request.method === "POST" ? deleteObjects(call, body) : listObjects(call, url);
  return request.method === "PUT" ? putObject(call, key, body) : getObject(call, key);
}

/** The content, or nothing where it is not the one that its checksum is of. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
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

function putObject({ response, objects, mishap }: Call, key: string, body: Buffer): void {
  objects.set(key, body);
  if (mishap === "cut-off") response.destroy();
  else response.writeHead(200, { etag: '"etag"' }).end();
}

function getObject({ response, objects, mishap }: Call, key: string): void {
  const content = objects.get(key);
  if (content === undefined) {
    refuse(response, 404, "NoSuchKey", "The specified key does not exist.");
    return;
  }
  response.writeHead(200, { "content-length": content.length, etag: '"etag"' });
  if (mishap !== "cut-off") response.end(content);
  else response.write(content.subarray(0, content.length / 2), () => response.destroy());
}

function listObjects({ response, objects, bucket }: Call, url: URL): void {
  const prefix = url.searchParams.get("prefix") ?? "";
  const after = url.searchParams.get("continuation-token") ?? "";
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, PAGE);
  const truncated = keys.length > PAGE;
  const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join("");
  const next = truncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
  xml(
    response,
    200,
    `<ListBucketResult><Name>${bucket}</Name><IsTruncated>${truncated}</IsTruncated>${next}${contents}</ListBucketResult>`,
  );
}

function deleteObjects({ response, objects }: Call, body: Buffer): void {
  for (const [, key = ""] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(key);
  xml(response, 200, "<DeleteResult/>");
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  xml(response, status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function xml(response: ServerResponse, status: number, content: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${content}`);
}
