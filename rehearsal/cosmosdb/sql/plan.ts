import type { Wire } from "../../azure/wire.ts";
import { countsDocuments, type Query } from "./query.ts";

const ALL_RANGES = [{ min: "", max: "FF", isMinInclusive: true, isMaxInclusive: false }];

/** Whether the rows of several partitions must be put together by the client. */
export function needsPlan(query: Query): boolean {
  return query.orderBy.length > 0 || countsDocuments(query);
}

/** What a client is to ask of each partition, and how to put the answers together. */
export function planOf(query: Query): Wire {
  const counts = countsDocuments(query);
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: "None",
      top: null,
      offset: null,
      limit: null,
      orderBy: query.orderBy.map(({ direction }) => direction),
      orderByExpressions: query.orderBy.map(({ text }) => text),
      groupByExpressions: [],
      groupByAliases: [],
      aggregates: counts ? ["Count"] : [],
      groupByAliasToAggregateType: {},
      rewrittenQuery: rewritten(query, counts),
      hasSelectValue: query.projection.kind === "value",
      hasNonStreamingOrderBy: false,
    },
    queryRanges: ALL_RANGES,
  };
}

function rewritten(query: Query, counts: boolean): string {
  const { texts, alias, orderBy } = query;
  const where = texts.where === "" ? "true" : texts.where;
  if (counts) return `SELECT VALUE [{"item": COUNT(1)}] FROM ${texts.from} WHERE ${where}`;
  if (orderBy.length === 0) return "";
  const items = orderBy.map(({ text }) => `{"item": ${text}}`).join(", ");
  const orders = orderBy.map(
    ({ text, direction }) => `${text} ${direction === "Ascending" ? "ASC" : "DESC"}`,
  );
  const filter = "{documentdb-formattableorderbyquery-filter}";
  return `SELECT ${alias}._rid, [${items}] AS orderByItems, ${payloadOf(query)} AS payload FROM ${texts.from} WHERE (${where}) AND (${filter}) ORDER BY ${orders.join(", ")}`;
}

function payloadOf({ projection, texts, alias }: Query): string {
  switch (projection.kind) {
    case "all":
      return alias;
    case "value":
      return texts.projection.replace(/^VALUE\s+/i, "");
    case "members": {
      const parts = projection.members.map(([name], position) => {
        const text = texts.projection.split(",")[position] ?? "";
        return `"${name}": ${text.replace(/\s+AS\s+\w+\s*$/i, "").trim()}`;
      });
      return `{${parts.join(", ")}}`;
    }
    default:
      return projection satisfies never;
  }
}
