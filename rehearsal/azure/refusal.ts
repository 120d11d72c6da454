import type { Wire } from "./wire.ts";

/**
 * An error as a client of the imitated service sees it. Not a StillpointError: it leaves this process only as JSON.
 */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Wire;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: Wire, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

const TOO_MANY = 429;

/** What the Azure Resource Manager itself refuses; its errors are wrapped, those of Cosmos DB are not. */
export function refuseByManager(status: number, code: string, message: string): never {
  const headers = status === TOO_MANY ? { "Retry-After": "1" } : {};
  throw new Refusal(status, { error: { code, message } }, message, headers);
}
