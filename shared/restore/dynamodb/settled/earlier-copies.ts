import type { TableSchema } from "../../../verify/row-source.ts";
import { LONGEST_NAME, lostHistory, type PlannedProof, type PlannedTable, tagOf } from "../plan.ts";

/** Whether the coordinator has room for what each transaction wrote. Rows of before that was switched on have none. */
export function keepsWriteSets(schemas: readonly TableSchema[]): boolean {
  return schemas.some(({ role, columns }) => role === "coordinator" && "tx_write_set" in columns);
}

/** Copies at an earlier second of as many of these tables as have one. */
export function planEarlier(
  tables: readonly PlannedTable[],
  run: string,
  atSecond: number,
): readonly PlannedProof[] {
  return tables.flatMap((table) => {
    if (withoutEarlier(table, run, atSecond).length > 0) return [];
    const { database, name, arn, id } = table;
    return [{ database, name, arn, id, temporary: earlierName(name, run), atSecond }];
  });
}

/** Why a table is not restored to an earlier second too. It is settled even so, as far as its records in doubt tell. */
export function withoutEarlier(
  { name, id, original }: PlannedTable,
  run: string,
  atSecond: number,
): readonly string[] {
  const isTooLong = earlierName(name, run).length > LONGEST_NAME;
  return [
    ...lostHistory({ name, id }, original, atSecond),
    ...(isTooLong
      ? [`the name of such a copy of "${name}" would be longer than ${LONGEST_NAME} characters`]
      : []),
  ];
}

function earlierName(name: string, run: string): string {
  return `${name}.${tagOf(run)}${EARLIER}`;
}

const EARLIER = "-earlier";

/** Whether a table bears the name of a copy that the run has made of it at an earlier second. */
export function isEarlierOf(name: string, copy: string, run: string): boolean {
  return copy === earlierName(name, run);
}
