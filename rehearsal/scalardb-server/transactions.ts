import type { DescService } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { type Row, toColumns, toRow } from "./columns.ts";
import { converse } from "./conversation.ts";
import { transactionService } from "./interface.ts";

/** One record; for a scan the partition key alone, where the table has a clustering key. */
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
  /** Of a record that must not be there: the commit fails where it is. */
  insert(key: RecordKey, values: Row): Promise<void>;
  delete(key: RecordKey): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export interface Transactions {
  /** By default the server chooses an id. */
  begin(id?: string): Promise<Transaction>;
  close(): void;
}

/** Opens the transaction interface of one ScalarDB Server; a single connection carries all its transactions. */
export async function openTransactions(server: {
  readonly host: string;
  readonly port: number;
}): Promise<Transactions> {
  const service = await transactionService();
  const baseUrl = `http://${server.host}:${server.port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const transport = createGrpcTransport({ baseUrl, sessionManager });
  return {
    begin: (id) => begin(service, transport, id),
    close: () => sessionManager.abort(),
  };
}

// The values of `rpc.Mutation.Type`.
const PUT = 0;
const DELETE = 1;

async function begin(service: DescService, transport: Transport, id?: string): Promise<Transaction> {
  const ask = converse(service, transport);
  const begun = await ask("beginRequest", id === undefined ? {} : { transactionId: id });
  return {
    id: begun.case === "beginResponse" ? begun.value.transactionId : "",
    async get(key) {
      const answer = await ask("getRequest", { get: recordOf(key) });
      return answer.case === "getResponse" && answer.value.result ? toRow(answer.value.result) : undefined;
    },
    async scan(partition) {
      const answer = await ask("scanRequest", { scan: recordOf(partition) });
      return answer.case === "scanResponse" ? answer.value.results.map(toRow) : [];
    },
    async put(key, values) {
      const put = { ...recordOf(key), type: PUT, columns: toColumns(values), implicitPreReadEnabled: true };
      await ask("mutateRequest", { mutations: [put] });
    },
    async insert(key, values) {
      // Without the read before, ScalarDB takes a record that the transaction has not read for absent.
      const put = { ...recordOf(key), type: PUT, columns: toColumns(values) };
      await ask("mutateRequest", { mutations: [put] });
    },
    async delete(key) {
      await ask("mutateRequest", { mutations: [{ ...recordOf(key), type: DELETE }] });
    },
    async commit() {
      await ask("commitRequest", {});
    },
    async abort() {
      await ask("abortRequest", {});
    },
  };
}

function recordOf({ table, partition, clustering }: RecordKey): object {
  const [namespace, name] = table.split(".");
  const clusteringKey = clustering === undefined ? {} : { clusteringKey: keyOf(clustering) };
  return { namespace, table: name, partitionKey: keyOf(partition), ...clusteringKey };
}

function keyOf(columns: Row): object {
  return { columns: toColumns(columns) };
}
