import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Endpoint } from "../../../rehearsal/ledger/endpoint.ts";

export interface Recorded {
  readonly operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any AWS request
  readonly input: any;
}

/** An endpoint that says yes to everything and remembers what it was asked, in order. */
export async function recordingEndpoint() {
  const requests: Recorded[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    requests.push({ operation, input: JSON.parse(Buffer.concat(chunks).toString("utf8")) });
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
    response.end(operation === "DescribeTable" ? '{"Table":{"TableStatus":"ACTIVE"}}' : "{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint: Endpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
  };
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint, requests, [Symbol.asyncDispose]: close };
}
