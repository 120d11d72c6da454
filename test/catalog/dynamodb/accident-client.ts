import type { CatalogClient, CatalogTable } from "../../../shared/catalog/dynamodb/table.ts";

/** One request as the client sent it. */
export interface Sent {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** What becomes of a request: `through` carries it out. */
export type Accident = (sent: Sent, through: () => Promise<unknown>) => Promise<unknown>;

/** The same table, reached by a client that things happen to. */
export function withAccidents(table: CatalogTable, accident: Accident): CatalogTable {
  const send = (
    command: { readonly input: object; readonly constructor: { readonly name: string } },
    ...rest: unknown[]
  ) => {
    const operation = command.constructor.name.replace(/Command$/, "");
    const through = () => (table.client.send as (...all: unknown[]) => Promise<unknown>)(command, ...rest);
    return accident({ operation, input: command.input as Record<string, unknown> }, through);
  };
  return { ...table, client: { send } as unknown as CatalogClient };
}

export function serviceError(name: string, more: object = {}, status = 400): Error {
  return Object.assign(new Error(`the service says ${name}`), {
    name,
    $metadata: { httpStatusCode: status },
    ...more,
  });
}

export function connectionReset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
