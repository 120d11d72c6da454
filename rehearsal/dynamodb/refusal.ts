import type { Wire } from "./wire.ts";

/**
 * An error as a DynamoDB client sees it. Not a StillpointError: it is what the imitated service says, and it
 * leaves this process only as JSON.
 */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Wire;

  constructor(status: number, body: Wire) {
    super(String(body["message"] ?? body["Message"] ?? body["__type"]));
    this.name = "Refusal";
    this.status = status;
    this.body = body;
  }

  /** The exception's name without its namespace. */
  get type(): string {
    return String(this.body["__type"] ?? "").replace(/^.*#/, "");
  }
}

const NAMESPACES: Record<string, string> = {
  ValidationException: "com.amazon.coral.validate#",
  AccessDeniedException: "com.amazon.coral.service#",
  UnknownOperationException: "com.amazon.coral.service#",
  SerializationException: "com.amazon.coral.service#",
};

export function refuse(type: string, message: string, details: Wire = {}): never {
  const namespace = NAMESPACES[type] ?? "com.amazonaws.dynamodb.v20120810#";
  throw new Refusal(400, { __type: `${namespace}${type}`, message, ...details });
}
