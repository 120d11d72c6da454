import type { TableClient } from "@azure/data-tables";
import { type CatalogTable, connectCatalog } from "../../../shared/catalog/azure-table/table.ts";
import { KEY_ENV } from "../../azurite.ts";

type Policy = Parameters<TableClient["pipeline"]["addPolicy"]>[0];
type Request = Parameters<Policy["sendRequest"]>[0];
type Answer = Awaited<ReturnType<Policy["sendRequest"]>>;

/** One request as it goes over the line. */
export interface Sent {
  readonly method: string;
  /** Decoded, without the account. */
  readonly path: string;
  /** Whether it is several changes that are made together. */
  readonly batch: boolean;
}

/** What becomes of a request: `through` carries it out. */
export type Accident = (sent: Sent, through: () => Promise<Answer>, request: Request) => Promise<Answer>;

/** The same table, reached by a client that things happen to. */
export async function withAccidents(
  { client: _, ...address }: CatalogTable,
  accident: Accident,
): Promise<CatalogTable> {
  const table = await connectCatalog(address, KEY_ENV);
  const policy: Policy = {
    name: "accidents",
    sendRequest: (request, next) => {
      const { pathname, search } = new URL(request.url);
      const path = decodeURIComponent(`${pathname}${search}`).replace(`/${address.account}/`, "");
      const sent = { method: request.method, path, batch: path.startsWith("$batch") };
      return accident(sent, () => next(request), request);
    },
  };
  // Innermost: whatever else the client does with an answer comes after it.
  table.client.pipeline.addPolicy(policy, { phase: "Sign" });
  return table;
}

/** An answer of the service's own, in the way that it tells of failures. */
export function refusal(request: Request, status: number, code: string): Answer {
  const error = { code, message: { lang: "en-US", value: `the service says ${code}.\nRequestId:1` } };
  const headers = request.headers as Answer["headers"];
  headers.set("content-type", "application/json");
  return { request, status, headers, bodyAsText: JSON.stringify({ "odata.error": error }) };
}

export function connectionReset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
