import { create, type DescMessage, type DescService } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { type Row, toColumns, toRow, type WireResult } from "./columns.ts";
import { Requests } from "./conversation.ts";
import { transactionService } from "./interface.ts";
import { fromErrorCode, fromTransport, transactionFailure } from "./transaction-failure.ts";

/** A server gives up an idle transaction after a minute; a whole one takes milliseconds here. */
const TRANSACTION_LIMIT_MS = 30_000;

/** One record, or with a partition key alone where the table has a clustering key, for a scan, its partition. */
export interface RecordKey {
  /** `namespace.table` */
  readonly table: string;
  readonly partition: Row;
  readonly clustering?: Row;
}

/** A transaction of one ScalarDB Server. Failures are `TransactionFailure`s. */
export interface Transaction {
  readonly id: string;
  get(key: RecordKey): Promise<Row | undefined>;
  scan(partition: RecordKey): Promise<readonly Row[]>;
  put(key: RecordKey, values: Row): Promise<void>;
  delete(key: RecordKey): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export interface Transactions {
  begin(): Promise<Transaction>;
  close(): void;
}

/** Opens the transaction interface of the ScalarDB Server at an address; one connection carries all its transactions. */
export async function openTransactions(server: { readonly host: string; readonly port: number }): Promise<Transactions> {
  const service = await transactionService();
  const baseUrl = `http://${server.host}:${server.port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const client = createClient(service, createGrpcTransport({ baseUrl, sessionManager }));
  return {
    begin: () => begin(service, client),
    close: () => sessionManager.abort(),
  };
}

/** What the dynamic descriptors cannot tell the compiler. */
interface WireResponse {
  readonly response:
    | { readonly case: "beginResponse"; readonly value: { readonly transactionId: string } }
    | { readonly case: "getResponse"; readonly value: { readonly result?: WireResult } }
    | { readonly case: "scanResponse"; readonly value: { readonly results: readonly WireResult[] } }
    | { readonly case: "error"; readonly value: { readonly errorCode: number; readonly message: string } }
    | { readonly case: undefined; readonly value?: undefined };
}

type Ask = (kind: string, value: object) => Promise<WireResponse["response"]>;

async function begin(service: DescService, client: Client<DescService>): Promise<Transaction> {
  const ask = converse(service, client);
  const begun = await ask("beginRequest", {});
  const id = begun.case === "beginResponse" ? begun.value.transactionId : "";
  return {
    id,
    async get(key) {
      const answer = await ask("getRequest", { get: onRecord(key) });
      return answer.case === "getResponse" && answer.value.result ? toRow(answer.value.result) : undefined;
    },
    async scan(key) {
      const answer = await ask("scanRequest", { scan: onPartition(key) });
      return answer.case === "scanResponse" ? answer.value.results.map(toRow) : [];
    },
    async put(key, values) {
      const put = { ...onRecord(key), type: PUT, columns: toColumns(values), implicitPreReadEnabled: true };
      await ask("mutateRequest", { mutations: [put] });
    },
    async delete(key) {
      await ask("mutateRequest", { mutations: [{ ...onRecord(key), type: DELETE }] });
    },
    async commit() {
      await ask("commitRequest", {});
    },
    async abort() {
      await ask("abortRequest", {});
    },
  };
}

const PUT = 0;
const DELETE = 1;

/** One call carries one transaction; each request has one answer before the next is sent. */
function converse(service: DescService, client: Client<DescService>): Ask {
  const method = service.method["transaction"];
  const call = (client as Record<string, unknown>)["transaction"] as (
    requests: AsyncIterable<object>,
    options: object,
  ) => AsyncIterable<WireResponse>;
  const requests = new Requests<object>();
  const answers = call(requests, { timeoutMs: TRANSACTION_LIMIT_MS })[Symbol.asyncIterator]();
  return async (kind, value) => {
    requests.send(create(method?.input as DescMessage, { request: { case: kind, value } } as object));
    const isLast = kind === "commitRequest" || kind === "abortRequest";
    const turn = await answers.next().catch((error) => {
      throw fromTransport(error, kind === "commitRequest");
    });
    if (isLast) requests.end();
    if (turn.done) throw transactionFailure(isLast ? "unknown" : "conflict", `The server ended the call before "${kind}"`);
    const { response } = turn.value;
    if (response.case === "error") {
      requests.end();
      throw transactionFailure(fromErrorCode(response.value.errorCode), response.value.message);
    }
    return response;
  };
}

function onRecord(key: RecordKey): object {
  return { ...onPartition(key), ...(key.clustering === undefined ? {} : { clusteringKey: toKey(key.clustering) }) };
}

function onPartition({ table, partition }: RecordKey): object {
  const dot = table.indexOf(".");
  return { namespace: table.slice(0, dot), table: table.slice(dot + 1), partitionKey: toKey(partition) };
}

function toKey(columns: Row): object {
  return { columns: toColumns(columns) };
}
