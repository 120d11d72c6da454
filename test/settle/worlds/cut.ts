import { logicalName, type Row } from "../../../shared/verify/row-source.ts";
import type { Chance } from "../../../simulator/chance.ts";
import type { MemoryTables } from "../../verify/fixture-source.ts";
import { type History, type Item, type Version, versionAt } from "./store.ts";

const SECOND_MS = 1000;
const LATER_SECONDS = 5;

/** A copy of all tables, and at which of its versions each item was cut. */
export interface Copy {
  readonly atSecond: number;
  readonly tables: MemoryTables;
  readonly versions: ReadonlyMap<Item, Version>;
}

/** Any second that leaves room for a later coordinator. */
export function secondOf({ chance, fromMs, untilMs }: History): number {
  const seconds = Math.floor((untilMs - fromMs) / SECOND_MS);
  return Math.floor(fromMs / SECOND_MS) + 1 + chance.below(seconds - LATER_SECONDS);
}

/** Nobody says at which instant of the second what is cut: each item, each of some partitions, each table. */
export function copyAt({ schemas, items, chance }: History, atSecond: number): Copy {
  const instantOf = instants(chance, atSecond * SECOND_MS);
  const rows = new Map(schemas.map((schema): [string, Row[]] => [logicalName(schema), []]));
  const versions = new Map<Item, Version>();
  for (const item of items) {
    const version = versionAt(item, instantOf(item));
    versions.set(item, version);
    if (version.row !== undefined) rows.get(item.table)?.push(version.row);
  }
  return { atSecond, tables: { tables: schemas, rows }, versions };
}

function instants(chance: Chance, fromMs: number): (item: Item) => number {
  const known = new Map<string, number>();
  const instant = () => fromMs + chance.pick([0, SECOND_MS, chance.between(0, SECOND_MS)]);
  const nameOf = chance.pick<(item: Item) => string>([
    (item) => `${item.table} ${Object.values(item.key).join("/")}`,
    (item) => `${item.table} ${Object.values(item.key)[0]}`,
    (item) => item.table,
  ]);
  return (item) => {
    const name = nameOf(item);
    const ms = known.get(name) ?? instant();
    known.set(name, ms);
    return ms;
  };
}
