import { refuse, xml } from "./answers.ts";
import { type Call, TAKEN } from "./call.ts";
import { md5 } from "./uploads.ts";

export function ofObject(call: Call) {
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

/** What is kept with an object, as it was asked for. */
function keptHeaders({ request }: Call): Record<string, string> {
  const kept = Object.entries(request.headers).filter(([name]) => /^x-amz-(meta-|server-side)/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

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
  const { name, key, uploads } = call;
  const id = uploads.create(key, keptHeaders(call));
  const told = { Bucket: name, Key: key, UploadId: id };
  xml(call.response, 200, { InitiateMultipartUploadResult: told });
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
  xml(response, 200, { CompleteMultipartUploadResult: { Key: key } });
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
