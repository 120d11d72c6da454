import { type Answer, asWire, type Call, ok } from "../azure/wire.ts";
import type { Container, Document } from "./container.ts";
import { hashOf, PARTITION_RANGES, partitionKeyOf, rangeOf } from "./partition.ts";
import { refuse } from "./refusal.ts";
import { choose, project } from "./sql/evaluate.ts";
import { parseQuery } from "./sql/parse.ts";
import { needsPlan, planOf } from "./sql/plan.ts";
import { countsDocuments } from "./sql/query.ts";
import type { World } from "./world.ts";

const DEFAULT_PAGE = 100;

/** A query, a request for its plan, or all documents of a container in pages. */
export function query(world: World, container: Container, call: Call): Answer {
  const { query: text, parameters = [] } = specOf(call.body);
  const parsed = parseQuery(text);
  if (call.headers["x-ms-cosmos-is-query-plan-request"]?.toLowerCase() === "true") return ok(planOf(parsed));
  const partition = partitionOf(call);
  if (partition.kind === "all" && needsPlan(parsed))
    refuse(
      400,
      "BadRequest",
      "The provided cross partition query can not be directly served by the gateway. This is a first chance (internal) exception that all newer clients will know how to handle gracefully.",
      { subStatus: 1004, additionalErrorInfo: JSON.stringify(planOf(parsed)) },
    );
  const values = new Map(parameters.map(({ name, value }) => [name, value]));
  const documents = choose(parsed, documentsIn(world, container, partition), values);
  if (countsDocuments(parsed)) return feed(container, project(parsed, documents, values));
  const { page, headers } = pageOf(documents, call);
  return feed(container, project(parsed, page, values), headers);
}

export function readFeed(world: World, container: Container, call: Call): Answer {
  const { page, headers } = pageOf(documentsIn(world, container, partitionOf(call)), call);
  return feed(container, page, headers);
}

interface QuerySpec {
  readonly query: string;
  readonly parameters?: readonly { readonly name: string; readonly value: unknown }[];
}

function specOf(body: unknown): QuerySpec {
  if (typeof body === "string") return { query: body };
  return asWire(body) as unknown as QuerySpec;
}

type Partition =
  | { readonly kind: "all" }
  | { readonly kind: "range"; readonly id: string; readonly from: string; readonly to: string }
  | { readonly kind: "key"; readonly key: unknown };

function partitionOf({ headers }: Call): Partition {
  const key = headers["x-ms-documentdb-partitionkey"];
  if (key !== undefined) return { kind: "key", key: keyOf(key) };
  const id = headers["x-ms-documentdb-partitionkeyrangeid"]?.split(",").at(-1);
  if (id === undefined) return { kind: "all" };
  if (!PARTITION_RANGES.some((range) => range.id === id))
    refuse(410, "Gone", `The partition key range '${id}' does not exist`, { subStatus: 1002 });
  // Of a range, a client may ask for a stretch of the hashed keys.
  return { kind: "range", id, from: headers["x-ms-start-epk"] ?? "", to: headers["x-ms-end-epk"] ?? "FF" };
}

/** `["a"]`; `[{}]` stands for a document that has none. */
export function keyOf(header: string): unknown {
  const [key] = JSON.parse(header) as readonly unknown[];
  return typeof key === "object" && key !== null ? undefined : key;
}

/** Range by range, as a query over all of them is served. */
function documentsIn(world: World, container: Container, partition: Partition): readonly Document[] {
  const nowMs = world.clock.now();
  const keyed = (document: Document) => partitionKeyOf(container.partitionKeyPath, document);
  const inRange = (id: string) =>
    container.documents(nowMs).filter((document) => rangeOf(keyed(document)) === id);
  switch (partition.kind) {
    case "key":
      return container.documentsOf(partition.key, nowMs);
    case "range":
      return inRange(partition.id).filter((document) => {
        const hash = hashOf(keyed(document));
        return partition.from <= hash && hash < partition.to;
      });
    case "all":
      return PARTITION_RANGES.flatMap(({ id }) => inRange(id));
    default:
      return partition satisfies never;
  }
}

/** A continuation names the last document that was answered; what was deleted meanwhile was passed already. */
function pageOf(documents: readonly Document[], { headers }: Call) {
  const asked = Number(headers["x-ms-max-item-count"] ?? DEFAULT_PAGE);
  const size = asked > 0 ? asked : DEFAULT_PAGE;
  const from = positionAfter(documents, headers["x-ms-continuation"]);
  const page = documents.slice(from, from + size);
  const more = documents.length > from + size;
  const last = page.at(-1)?.["_rid"];
  const token = JSON.stringify({ after: last, position: from + size });
  return { page, headers: more ? { "x-ms-continuation": token } : {} };
}

function positionAfter(documents: readonly Document[], token: string | undefined): number {
  if (token === undefined || token === "") return 0;
  const { after, position } = JSON.parse(token) as { after: string; position: number };
  const at = documents.findIndex((document) => document["_rid"] === after);
  return at < 0 ? position : at + 1;
}

function feed(
  container: Container,
  documents: readonly unknown[],
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body = { _rid: container.definition.rid, Documents: documents, _count: documents.length };
  return ok(body, { ...headers, "x-ms-item-count": String(documents.length), "x-ms-request-charge": "1" });
}
