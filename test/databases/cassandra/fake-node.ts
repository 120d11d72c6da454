import type { CqlNode, CqlRow } from "../../../shared/databases/cassandra/cql.ts";

/** A node that answers by what is asked for, after `FROM`. */
export function fakeNode(
  tables: Readonly<Record<string, readonly CqlRow[]>>,
): CqlNode & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    address: "10.0.0.9",
    query: async (text) => {
      asked.push(text);
      const table = /FROM (\S+)/.exec(text)?.[1] ?? "";
      const rows = tables[table];
      if (rows === undefined) throw new Error(`unconfigured table ${table}`);
      return rows;
    },
  };
}
