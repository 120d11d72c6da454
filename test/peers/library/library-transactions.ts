import type { Row, Value } from "../../../rehearsal/scalardb-server/columns.ts";
import {
  fromErrorCode,
  fromTransport,
  transactionFailure,
} from "../../../rehearsal/scalardb-server/transaction-failure.ts";
import type {
  RecordKey,
  Transaction,
  Transactions,
} from "../../../rehearsal/scalardb-server/transactions.ts";

type Json = string | number | { readonly base64: string };
type JsonRow = Readonly<Record<string, Json>>;

interface Answer {
  readonly transaction?: string;
  readonly rows?: readonly JsonRow[];
}

type Ask = (what: string, input: object) => Promise<Answer>;

const LIMIT_MS = 30_000;

/** Transactions of a library server, as those of a ScalarDB Server. */
export function openLibrary({ port }: { readonly port: number }): Transactions {
  const ask: Ask = (what, input) => send(`http://127.0.0.1:${port}/${what}`, input, what === "commit");
  return {
    begin: async (id) => {
      const { transaction = "" } = await ask("begin", id === undefined ? {} : { transaction: id });
      return transactionOf(ask, transaction);
    },
    close: () => {},
  };
}

function transactionOf(ask: Ask, id: string): Transaction {
  const within: Ask = (what, input) =>
    ask(what, { transaction: id, ...input }).catch(async (error) => {
      // What failed would stay open at the server.
      await ask("abort", { transaction: id }).catch(() => {});
      throw error;
    });
  return {
    id,
    get: async (key) => (await within("get", recordOf(key))).rows?.map(toRow)[0],
    scan: async (partition) => (await within("scan", recordOf(partition))).rows?.map(toRow) ?? [],
    put: async (key, values) => void (await within("put", { ...recordOf(key), values: toJson(values) })),
    insert: async (key, values) =>
      void (await within("insert", { ...recordOf(key), values: toJson(values) })),
    delete: async (key) => void (await within("delete", recordOf(key))),
    commit: async () => void (await within("commit", {})),
    abort: async () => void (await within("abort", {})),
  };
}

async function send(url: string, input: object, committing: boolean): Promise<Answer> {
  const asked = { method: "POST", body: JSON.stringify(input), signal: AbortSignal.timeout(LIMIT_MS) };
  const answer = await fetch(url, asked)
    .then(async (response) => ({ ok: response.ok, body: await response.json() }))
    .catch((error) => {
      throw fromTransport(error, committing);
    });
  if (answer.ok) return answer.body as Answer;
  const { code, message } = answer.body as { readonly code: number; readonly message: string };
  throw transactionFailure(fromErrorCode(code, message), message);
}

function recordOf({ table: name, partition, clustering }: RecordKey): object {
  const [namespace, table] = name.split(".");
  const rest = clustering === undefined ? {} : { clustering: toJson(clustering) };
  return { namespace, table, partition: toJson(partition), ...rest };
}

function toJson(row: Row): JsonRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, jsonOf(value)]));
}

function jsonOf(value: Value): Json {
  if (typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  throw new TypeError(`${typeof value} is not among what a library server takes`);
}

function toRow(row: JsonRow): Row {
  const columns = Object.entries(row).map(([name, value]): [string, Value] => [
    name,
    typeof value === "object" ? Buffer.from(value.base64, "base64") : value,
  ]);
  return Object.fromEntries(columns);
}
