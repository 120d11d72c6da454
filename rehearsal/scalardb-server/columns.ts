/** A column's value as ScalarDB has it: INT as number, BIGINT as bigint. */
export type Value = string | number | bigint | boolean | Uint8Array;

/** Columns by name; one that is null in the database is absent. */
export type Row = Readonly<Record<string, Value>>;

interface WireColumn {
  readonly name: string;
  readonly value: { readonly case: string | undefined; readonly value?: Value };
}

export interface WireResult {
  readonly columns: readonly WireColumn[];
}

export function toColumns(row: Row): WireColumn[] {
  return Object.entries(row).map(([name, value]) => ({ name, value: { case: caseOf(value), value } }));
}

export function toRow(result: WireResult): Row {
  const present = result.columns.filter(({ value }) => value.case !== undefined && value.value !== undefined);
  return Object.fromEntries(present.map(({ name, value }) => [name, value.value as Value]));
}

function caseOf(value: Value): string {
  switch (typeof value) {
    case "string":
      return "textValue";
    case "number":
      return "intValue";
    case "bigint":
      return "bigintValue";
    case "boolean":
      return "booleanValue";
    default:
      return "blobValue";
  }
}
