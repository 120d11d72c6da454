import { type Answer, asWire, type Call, ok, type Wire } from "../azure/wire.ts";
import type { Container, Document } from "./container.ts";
import { checkId } from "./documents.ts";
import { partitionKeyOf } from "./partition.ts";
import { keyOf } from "./queries.ts";
import { refusal, refuse } from "./refusal.ts";
import { choose } from "./sql/evaluate.ts";
import { parseQuery } from "./sql/parse.ts";
import type { World } from "./world.ts";

/** ScalarDB's stored procedure, the only one that the imitation can carry out. */
export const MUTATE = "mutate.js";

/** The kinds of a mutation, by their numbers in the arguments. */
const PUT = 0;
const PUT_IF_NOT_EXISTS = 1;
const PUT_IF = 2;
const DELETE_IF = 3;

type Write =
  | { readonly kind: "store"; readonly document: Document }
  | { readonly kind: "remove"; readonly document: Document };

/**
 * All mutations of one call, or none: a stored procedure is a transaction of its partition. Each has a condition as
 * a query of what is stored, and a record that is laid over it.
 */
export function executeMutate(world: World, container: Container, call: Call): Answer {
  const nowMs = world.clock.now();
  const key = keyOf(call.headers["x-ms-documentdb-partitionkey"] ?? "[{}]");
  const partition = container.documentsOf(key, nowMs);
  const writes = mutationsOf(call.body).flatMap((mutation) => writesOf(mutation, partition));
  for (const { kind, document } of writes) {
    if (partitionKeyOf(container.partitionKeyPath, document) !== key)
      refuse(400, "BadRequest", `Document '${document.id}' is not in the partition of the stored procedure.`);
    checkId(document.id);
    if (kind === "store") container.write(document, nowMs);
    else container.remove(document, nowMs);
  }
  return ok("", { "x-ms-request-charge": "1" });
}

interface Mutation {
  readonly type: number;
  readonly record: Wire;
  readonly query: string;
}

/** Their number, then so many types, so many records, so many queries. */
function mutationsOf(body: unknown): readonly Mutation[] {
  const [count, ...rest] = body as readonly [number, ...unknown[]];
  return Array.from({ length: count }, (_, position) => ({
    type: Number(rest[position]),
    record: asWire(rest[count + position]),
    query: String(rest[2 * count + position]),
  }));
}

function writesOf({ type, record, query }: Mutation, partition: readonly Document[]): readonly Write[] {
  const found = choose(parseQuery(query), partition, new Map());
  const [first] = found;
  if (type === DELETE_IF && first) return found.map((document) => ({ kind: "remove", document }));
  if (first === undefined && (type === PUT || type === PUT_IF_NOT_EXISTS))
    return [{ kind: "store", document: withoutNulls(record) as Document }];
  if (first === undefined || (type !== PUT && type !== PUT_IF)) throw noMutation();
  if (found.length > 1) refuse(400, "BadRequest", "Unable to update multiple records.");
  return [{ kind: "store", document: laidOver(first, record) as Document }];
}

/** The procedure aborts with an error of its own, whose number comes as the sub-status. */
function noMutation() {
  const message = `Message: {"Errors":["Encountered exception while executing function. Exception = Error: 412\\r\\nno mutation"]}`;
  return refusal(400, "BadRequest", message, { subStatus: 412 });
}

function withoutNulls(record: Wire): Wire {
  return laidOver({}, record);
}

/** A null takes a member away, an object is laid over the one that is there. */
function laidOver(stored: Wire, record: Wire): Wire {
  const merged: Record<string, unknown> = { ...stored };
  for (const [member, value] of Object.entries(record)) {
    if (value === null || value === undefined) delete merged[member];
    else if (typeof value === "object" && !Array.isArray(value))
      merged[member] = laidOver(asWire(stored[member]), asWire(value));
    else merged[member] = value;
  }
  return merged;
}
