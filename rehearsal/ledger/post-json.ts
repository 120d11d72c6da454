import { type Agent, request } from "node:http";

export interface Posted {
  readonly status: number;
  readonly body: unknown;
}

/** One JSON request over a kept connection; fails where there is no answer within the limit. */
export function postJson(agent: Agent, url: string, body: object, timeoutMs: number): Promise<Posted> {
  const { promise, resolve, reject } = Promise.withResolvers<Posted>();
  const headers = { "content-type": "application/json" };
  const sent = request(
    url,
    { agent, method: "POST", headers, signal: AbortSignal.timeout(timeoutMs) },
    (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        try {
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
          });
        } catch (error) {
          reject(error);
        }
      });
    },
  );
  sent.once("error", reject);
  sent.end(JSON.stringify(body));
  return promise;
}
