import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32 } from "node:zlib";
import { unchunked } from "./aws-chunked.ts";
import { bucketSettings, refuse, xml } from "./s3-answers.ts";
import { AMAZON, md5, type S3Refusal, S3Uploads } from "./s3-multipart.ts";

/**
 * What befalls a request: refused, cut before its body has come, or carried out and cut on the way back (what is read
 * in the middle).
 */
export type Mishap = "busy" | "broken" | "cut-upload" | "cut-off" | "denied";

/** As much of S3 as is needed here, by its own wire format: one bucket, path-style, listed two objects to a page. */
export interface S3StandIn extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  readonly objects: Map<string, Buffer>;
  /** The headers that objects came with, where they came through the service. */
  readonly headers: Map<string, Readonly<Record<string, string>>>;
  /** What is not put together yet. */
  readonly uploads: S3Uploads;
  /** What is told of the bucket, by the name of the question. */
  readonly settings: Map<string, string | S3Refusal>;
  /** Requests as `METHOD bucket` or `METHOD object`, with what of it they ask for and the encoding of their body. */
  readonly requests: string[];
  /** What befalls the next requests, one after another. */
  readonly mishaps: (Mishap | undefined)[];
  /** What befalls a request, by its name in `requests`, where `mishaps` has nothing for it. */
  befalls: (request: string) => Mishap | undefined;
}

const PAGE = 2;

export async function startS3(bucket = "parts-of-verifications", limits = AMAZON): Promise<S3StandIn> {
  const world = {
    bucket,
    objects: new Map<string, Buffer>(),
    headers: new Map<string, Readonly<Record<string, string>>>(),
    uploads: new S3Uploads(limits),
    settings: bucketSettings(),
    requests: [] as string[],
    mishaps: [] as (Mishap | undefined)[],
    befalls: (_request: string): Mishap | undefined => undefined,
  };
  const server = createServer((request, response) => {
    serve({
      ...world,
      request,
      response,
      mishapOf: (name) => world.mishaps.shift() ?? world.befalls(name),
    }).catch((error: unknown) => refuse(response, [500, "InternalError", String(error)]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return Object.assign(world, {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}

type World = Pick<S3StandIn, "bucket" | "objects" | "headers" | "uploads" | "settings" | "requests">;

interface Asked extends World {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Call extends Asked {
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly mishap: Mishap | undefined;
}

async function serve(asked: Asked & { mishapOf(name: string): Mishap | undefined }): Promise<void> {
  const { request, response, bucket, requests } = asked;
  const url = new URL(request.url ?? "", "http://s3");
  const [, named = "", ...rest] = url.pathname.split("/").map(decodeURIComponent);
  const key = rest.join("/");
  const question = ["uploads", "uploadId", ...asked.settings.keys()].find((each) =>
    url.searchParams.has(each),
  );
  const place = (key === "" ? "bucket" : "object") + (question === undefined ? "" : `?${question}`);
  const name = `${request.method} ${place} ${request.headers["content-encoding"] ?? ""}`.trim();
  const mishap = asked.mishapOf(name);
  if (mishap === "cut-upload") {
    request.once("data", () => request.socket.destroy());
    return;
  }
  const body = await bodyOf(request);
  requests.push(name);
  if (!/^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? "") || mishap === "denied")
    return refuse(response, [403, "AccessDenied", "Access Denied"]);
  if (mishap === "busy") return refuse(response, [503, "SlowDown", "Please reduce your request rate."]);
  if (mishap === "broken")
    return refuse(response, [500, "InternalError", "We encountered an internal error."]);
  if (named !== bucket) return refuse(response, [404, "NoSuchBucket", "The specified bucket does not exist"]);
  if (body === undefined) return refuse(response, [400, "BadDigest", "The checksum did not match"]);
  const call = { ...asked, key, query: url.searchParams, body, mishap };
  // What is carried out all the same, and nobody hears of it.
  if (mishap === "cut-off" && request.method !== "GET")
    response.end = () => response.destroy() as typeof response;
  if (key !== "") return ofObject(call);
  if (question !== undefined) return tellSetting(call, question);
  return request.method === "POST" ? deleteObjects(call) : listObjects(call);
}

function ofObject(call: Call) {
  const { query, request } = call;
  const isUpload = query.has("uploadId") || query.has("uploads");
  switch (request.method) {
    case "PUT":
      return isUpload ? putPart(call) : putObject(call);
    case "POST":
      return query.has("uploads") ? createUpload(call) : completeUpload(call);
    case "DELETE":
      return isUpload ? abortUpload(call) : deleteObject(call);
    default:
      return getObject(call);
  }
}

function tellSetting({ response, settings }: Call, question: string) {
  const told = settings.get(question) ?? "";
  if (typeof told === "string") xml(response, 200, told);
  else refuse(response, told);
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

/** What is kept with an object, as it was asked for. */
function keptHeaders({ request }: Call): Record<string, string> {
  const kept = Object.entries(request.headers).filter(([name]) => /^x-amz-(meta-|server-side)/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

const TAKEN: S3Refusal = [
  412,
  "PreconditionFailed",
  "At least one of the pre-conditions you specified did not hold",
];

function isTaken({ request, objects, key }: Call): boolean {
  return request.headers["if-none-match"] === "*" && objects.has(key);
}

function putObject(call: Call) {
  const { response, objects, headers, key, body } = call;
  if (isTaken(call)) return refuse(response, TAKEN);
  objects.set(key, body);
  headers.set(key, keptHeaders(call));
  response.writeHead(200, { etag: `"${md5(body)}"` }).end();
}

function createUpload(call: Call) {
  const id = call.uploads.create(call.key, keptHeaders(call));
  const told = `<Bucket>${call.bucket}</Bucket><Key>${call.key}</Key><UploadId>${id}</UploadId>`;
  xml(call.response, 200, `<InitiateMultipartUploadResult>${told}</InitiateMultipartUploadResult>`);
}

function putPart({ response, request, uploads, query, body }: Call) {
  const etag = uploads.put(query.get("uploadId") ?? "", Number(query.get("partNumber")), body);
  if (typeof etag !== "string") return refuse(response, etag);
  const checksum = request.headers["x-amz-checksum-crc32"];
  response.writeHead(200, { etag, ...(checksum && { "x-amz-checksum-crc32": checksum }) }).end();
}

function completeUpload(call: Call) {
  const { response, uploads, objects, headers, key, query, body } = call;
  if (isTaken(call)) return refuse(response, TAKEN);
  const made = uploads.complete(query.get("uploadId") ?? "", body.toString());
  if (!("content" in made)) return refuse(response, made);
  objects.set(key, made.content);
  headers.set(key, made.headers);
  xml(response, 200, `<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`);
}

function abortUpload({ response, uploads, query }: Call) {
  if (uploads.abort(query.get("uploadId") ?? "")) response.writeHead(204).end();
  else refuse(response, [404, "NoSuchUpload", "The specified multipart upload does not exist."]);
}

function deleteObject({ response, objects, key }: Call) {
  objects.delete(key);
  response.writeHead(204).end();
}

function getObject({ request, response, objects, headers, key, mishap }: Call) {
  const content = objects.get(key);
  if (content === undefined) return refuse(response, [404, "NoSuchKey", "The specified key does not exist."]);
  const kept = { etag: `"${md5(content)}"`, ...headers.get(key) };
  const expected = request.headers["if-match"];
  if (expected !== undefined && expected !== kept.etag) return refuse(response, TAKEN);
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const piece = content.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    ...kept,
    "content-length": piece.length,
    ...(from > 0 && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }),
  });
  if (request.method === "HEAD") response.end();
  else if (mishap !== "cut-off") response.end(piece);
  else response.write(piece.subarray(0, piece.length / 2), () => response.destroy());
}

function listObjects({ response, objects, bucket, query }: Call): void {
  const prefix = query.get("prefix") ?? "";
  const after = query.get("continuation-token") ?? "";
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

function deleteObjects({ response, objects, body }: Call): void {
  for (const [, key = ""] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(key);
  xml(response, 200, "<DeleteResult/>");
}
