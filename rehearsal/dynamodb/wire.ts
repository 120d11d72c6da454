import type { ServerResponse } from "node:http";

/** A JSON object as it travels. Numbers in items are strings, times are seconds, binary is base64. */
export type Wire = { readonly [name: string]: unknown };

export interface WireAnswer {
  readonly status: number;
  readonly body: Wire;
}

/**
 * No `x-amz-crc32` header: clients check it only where there is one. `Date` is the database's own clock, which
 * may be skewed; cloud front ends send whole seconds.
 */
export function sendAnswer(
  response: ServerResponse,
  answer: WireAnswer,
  contentType: string,
  nowMs: number,
): void {
  const body = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    Date: new Date(nowMs).toUTCString(),
    "Content-Type": contentType,
    "Content-Length": Buffer.byteLength(body),
    "x-amzn-RequestId": crypto.randomUUID(),
  });
  response.end(body);
}
