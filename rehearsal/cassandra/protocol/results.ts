import { optionOf } from "../cql-type.ts";
import type { SchemaChange } from "../members.ts";
import { Refusal } from "../refusal.ts";
import type { Answer, Parameters, ResultColumn } from "../request.ts";
import { bytes, int, short, shortBytes, string } from "./notation.ts";

const RESULT = { void: 1, rows: 2, keyspace: 3, prepared: 4, schema: 5 } as const;
const FLAG = { morePages: 0x02, noMetadata: 0x04 } as const;
/** What a node says when it is at fault itself. */
const SERVER_ERROR = 0x0000;

export function resultBody(answer: Answer, given?: Parameters): Buffer {
  switch (answer.kind) {
    case "void":
      return int(RESULT.void);
    case "rows": {
      const isKnown = given?.skipMetadata === true && answer.conditional !== true;
      const values = answer.rows.flatMap((row) => row.map(bytes));
      const metadata = metadataOf(answer.columns, { isKnown, pagingState: answer.pagingState });
      return Buffer.concat([int(RESULT.rows), metadata, int(answer.rows.length), ...values]);
    }
    case "keyspace":
      return Buffer.concat([int(RESULT.keyspace), string(answer.keyspace)]);
    case "schema":
      return Buffer.concat([int(RESULT.schema), schemaChangeBody(answer.change)]);
    default:
      return answer satisfies never;
  }
}

interface About {
  readonly isKnown?: boolean;
  readonly pagingState?: Buffer | undefined;
}

function metadataOf(columns: readonly ResultColumn[], { isKnown = false, pagingState }: About = {}): Buffer {
  const flags = (pagingState ? FLAG.morePages : 0) | (isKnown ? FLAG.noMetadata : 0);
  return Buffer.concat([
    int(flags),
    int(columns.length),
    ...(pagingState ? [bytes(pagingState)] : []),
    ...(isKnown ? [] : columns.map(columnBody)),
  ]);
}

function columnBody({ keyspace, table, name, type }: ResultColumn): Buffer {
  return Buffer.concat([string(keyspace), string(table), string(name), optionOf(type)]);
}

export interface Described {
  readonly id: Buffer;
  readonly markers: readonly ResultColumn[];
  /** Which markers give the partition key, in its order. */
  readonly keyMarkers: readonly number[];
  readonly result: readonly ResultColumn[];
}

export function preparedBody({ id, markers, keyMarkers, result }: Described): Buffer {
  return Buffer.concat([
    int(RESULT.prepared),
    shortBytes(id),
    int(0),
    int(markers.length),
    int(keyMarkers.length),
    ...keyMarkers.map(short),
    ...markers.map(columnBody),
    metadataOf(result, { isKnown: result.length === 0 }),
  ]);
}

export function schemaChangeBody({ change, keyspace, table }: SchemaChange): Buffer {
  const target = table === undefined ? "KEYSPACE" : "TABLE";
  const names = [change, target, keyspace, ...(table === undefined ? [] : [table])];
  return Buffer.concat(names.map(string));
}

export function errorBody(error: unknown): Buffer {
  if (error instanceof Refusal) return Buffer.concat([int(error.code), string(error.message), error.extra]);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return Buffer.concat([int(SERVER_ERROR), string(message)]);
}

export function unprepared(id: Buffer): Refusal {
  const message = `Prepared query with ID ${id.toString("hex")} not found`;
  return new Refusal("unprepared", message, shortBytes(id));
}
