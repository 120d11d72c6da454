import type { IncomingMessage } from "node:http";
import { refuse } from "./refusal.ts";
import type { Wire } from "./wire.ts";

export interface WireRequest {
  readonly service: string;
  readonly operation: string;
  readonly input: Wire;
}

/** DynamoDB's own limit for one request. */
const REQUEST_BYTES_MAX = 16 * 1024 * 1024;

export async function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const url = new URL(message.url ?? "/", "http://here");
  if (url.pathname.startsWith(MAPPINGS)) return readMappingRequest(message, url);
  const [service = "", operation = ""] = String(message.headers["x-amz-target"] ?? "").split(".");
  return { service, operation, input: parseBody(await readBody(message)) };
}

/** Lambda speaks in methods and paths, where the others name their operation in a header. */
const MAPPINGS = "/2015-03-31/event-source-mappings";
const MAPPING_OPERATIONS: { readonly [method: string]: string } = {
  GET: "ListEventSourceMappings",
  POST: "CreateEventSourceMapping",
  DELETE: "DeleteEventSourceMapping",
};

async function readMappingRequest(message: IncomingMessage, url: URL): Promise<WireRequest> {
  const body = parseBody(await readBody(message));
  const uuid = url.pathname.slice(MAPPINGS.length).replaceAll("/", "");
  return {
    service: "AWSLambda",
    operation: MAPPING_OPERATIONS[message.method ?? ""] ?? "",
    input: { ...Object.fromEntries(url.searchParams), ...(uuid !== "" && { UUID: uuid }), ...body },
  };
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > REQUEST_BYTES_MAX)
      refuse("ValidationException", `The request is longer than ${REQUEST_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): Wire {
  try {
    const parsed: unknown = JSON.parse(text === "" ? "{}" : text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed as Wire;
  } catch {
    // Answered below like any other text that is no JSON object.
  }
  return refuse("SerializationException", "The request is not a JSON object");
}
