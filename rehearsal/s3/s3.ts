import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refuse } from "./answers.ts";
import { type Bucket, openBucket } from "./bucket.ts";
import { ofBucket } from "./bucket-operations.ts";
import { bodyOf, type Mishap } from "./call.ts";
import { ofObject } from "./object-operations.ts";
import { AMAZON, type S3Limits } from "./uploads.ts";

/** As many as the service lists at once. */
const PAGE_KEYS = 1000;

export interface S3Options {
  readonly buckets: readonly string[];
  /** Where the objects are kept; in memory where absent. */
  readonly folder?: string;
  readonly port?: number;
  /** Of all buckets: who signs for another one is sent there. Any will do where absent. */
  readonly region?: string;
  readonly pageKeys?: number;
  readonly limits?: S3Limits;
}

/** As much of S3 as is needed here, by its own wire format, path-style. */
export interface S3 {
  readonly endpoint: string;
  bucket(name: string): Bucket;
  /** Requests as `METHOD bucket` or `METHOD object`, with what of it they ask for and the encoding of their body. */
  readonly requests: string[];
  /** What befalls the next requests, one after another. */
  readonly mishaps: (Mishap | undefined)[];
  /** What befalls a request, by its name in `requests`, where `mishaps` has nothing for it. */
  befalls: (request: string) => Mishap | undefined;
  close(): Promise<void>;
}

export async function startS3(options: S3Options): Promise<S3> {
  const { buckets: names, folder, limits = AMAZON, port = 0 } = options;
  const buckets = new Map(names.map((name) => [name, openBucket(name, folder, limits)]));
  const server = createServer((request, response) => {
    serve({ ...options, s3, buckets, request, response }).catch((error: unknown) => {
      if (!response.headersSent) refuse(response, [500, "InternalError", String(error)]);
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  const s3: S3 = {
    endpoint: `http://127.0.0.1:${bound}`,
    bucket(name) {
      const found = buckets.get(name);
      if (found === undefined) throw new Error(`no bucket "${name}" was asked for`);
      return found;
    },
    requests: [],
    mishaps: [],
    befalls: () => undefined,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return s3;
}

interface Asked extends S3Options {
  readonly s3: S3;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type Served = Omit<Asked, "buckets"> & { readonly buckets: ReadonlyMap<string, Bucket> };

async function serve({
  s3,
  buckets,
  request,
  response,
  region,
  pageKeys = PAGE_KEYS,
}: Served): Promise<void> {
  // Not as a URL, where dots are folders.
  const [path = "", asked] = (request.url ?? "").split("?");
  const [, named = "", ...rest] = path.split("/").map(decodeURIComponent);
  const query = new URLSearchParams(asked);
  const bucket = buckets.get(named);
  const key = rest.join("/");
  const question = ["uploads", "uploadId", ...(bucket?.settings.keys() ?? [])].find((each) =>
    query.has(each),
  );
  const place = (key === "" ? "bucket" : "object") + (question === undefined ? "" : `?${question}`);
  const name = `${request.method} ${place} ${request.headers["content-encoding"] ?? ""}`.trim();
  const mishap = s3.mishaps.shift() ?? s3.befalls(name);
  if (mishap === "cut-upload") {
    request.once("data", () => request.socket.destroy());
    return;
  }
  const body = await bodyOf(request);
  s3.requests.push(name);
  const signedFor = /^AWS4-HMAC-SHA256 Credential=[^/]*\/\d+\/([^/]+)\//.exec(
    request.headers.authorization ?? "",
  );
  if (signedFor === null || mishap === "denied")
    return refuse(response, [403, "AccessDenied", "Access Denied"]);
  if (mishap === "busy") return refuse(response, [503, "SlowDown", "Please reduce your request rate."]);
  if (mishap === "broken")
    return refuse(response, [500, "InternalError", "We encountered an internal error."]);
  if (bucket === undefined)
    return refuse(response, [404, "NoSuchBucket", "The specified bucket does not exist"]);
  if (region !== undefined && signedFor[1] !== region) return sendElsewhere(response, region);
  if (body === undefined) return refuse(response, [400, "BadDigest", "The checksum did not match"]);
  // What is carried out all the same, and nobody hears of it.
  if (mishap === "cut-off" && request.method !== "GET")
    response.end = () => response.destroy() as typeof response;
  const call = { ...bucket, request, response, key, query, body, mishap, pageKeys };
  return key === "" ? ofBucket(call, question) : ofObject(call);
}

function sendElsewhere(response: ServerResponse, region: string): void {
  response.setHeader("x-amz-bucket-region", region);
  const told = "The bucket you are attempting to access must be addressed using the specified endpoint.";
  refuse(response, [301, "PermanentRedirect", told]);
}
