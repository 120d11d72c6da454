import { logicalName, type TableSchema } from "../verify/row-source.ts";

/** Tables of transactions that have one name in several databases, a sentence each: write sets and inputs name no database. */
export function namedTwice(schemas: readonly TableSchema[]): readonly string[] {
  const names = schemas
    .filter(({ transactional, role }) => transactional && role !== "coordinator")
    .map(logicalName);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map(
    (name) =>
      `there is a table "${name}" in more than one database, and rows do not say which of them they mean`,
  );
}
