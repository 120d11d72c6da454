import type { JdbcServer, Names, SwapState } from "../../../shared/databases/jdbc/server.ts";
import type { Sql, SqlRow } from "../../../shared/databases/sql/sql.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { CapturedJdbc } from "../../../shared/restore/jdbc/captured.ts";
import type { JdbcPlan, PlannedDump } from "../../../shared/restore/jdbc/plan.ts";
import { namesOf } from "./example-plan.ts";
import { type Held, type Holding, heldBy } from "./holding.ts";
import { SqlLaw } from "./sql-law.ts";

export const BYSTANDER = "somebody-elses";

/** The servers of a plan, each with what is under its names; the law watches every change. */
export class SqlServers {
  readonly held: Held = new Map();
  /** Dumps that the store has, by key. */
  readonly stored = new Map<string, number>();
  readonly parts = new Set<string>();
  readonly law: SqlLaw;

  constructor(plan: JdbcPlan) {
    for (const { database, original, present } of plan.dumps) {
      const names = new Map<string, Holding>([[BYSTANDER, { content: "not ours" }]]);
      for (const { name } of present) names.set(name, { content: `${name} today` });
      this.held.set(database, names);
      this.stored.set(original.artifact.key, original.artifact.bytes);
    }
    this.law = new SqlLaw(plan, this.held);
  }

  of(database: string): Map<string, Holding> {
    return heldBy(this.held, database);
  }

  put(database: string, name: string, holding: Holding): void {
    this.law.mayMake(database, name, holding);
    this.of(database).set(name, holding);
    this.law.check();
  }

  drop(database: string, name: string): void {
    const holding = this.of(database).get(name);
    if (holding === undefined) return;
    this.law.mayDrop(database, name, holding);
    this.of(database).delete(name);
    this.law.check();
  }

  rename(database: string, from: string, to: string): void {
    const names = this.of(database);
    const holding = names.get(from);
    if (holding === undefined) throw new StillpointError("DATABASE_REFUSED", `"${from}" is not there`);
    if (names.has(to)) throw new StillpointError("DATABASE_REFUSED", `"${to}" is there already`);
    this.law.mayRename(database, from, to);
    names.delete(from);
    names.set(to, holding);
    this.law.check();
  }

  snapshot(): unknown {
    const held = [...this.held].map(([database, names]) => [
      database,
      [...names].sort(([one], [other]) => (one < other ? -1 : 1)),
    ]);
    return { held, parts: [...this.parts].sort() };
  }
}

/** What a dump holds of one name once it is loaded as a whole. */
export function dumpedContent(name: string): string {
  return `${name} at the point`;
}

/** One server with the manners of the real ones: what it makes it marks, and a step that died is repeated. */
export function serverOf(
  servers: SqlServers,
  { database, original }: PlannedDump,
  { pass, torn }: { readonly pass: (moment: string) => void; readonly torn: boolean },
): JdbcServer {
  const { engine } = original;
  const names = servers.of(database);
  const isOurs = (name: string | undefined, run: string) => names.get(name ?? "")?.madeBy === run;
  const stateOf = (wanted: { targets: Names; kept: Names }, run: string): SwapState => {
    const states = Object.entries(wanted.targets).map(([name, target]) =>
      stateOfName({
        isTarget: isOurs(target, run),
        isNamed: isOurs(name, run),
        isKept: names.has(wanted.kept[name] ?? ""),
      }),
    );
    if (states.every((state) => state === "untouched")) return "untouched";
    return states.every((state) => state === "swapped") ? "swapped" : "half";
  };
  const sqlOf = (targets: Names): Sql => sqlOn(engine, original, { targets, there: () => [...names.keys()] });
  return {
    sql: sqlOf({}),
    targetsOf: (captured) => namesOf(captured),
    obstacles: async (_, { targets, kept, inPlace }) =>
      [...Object.values(targets), ...(inPlace ? Object.values(kept) : [])]
        .filter((name) => names.has(name))
        .map((name) => `"${name}" is taken`),
    present: async (captured: CapturedJdbc) =>
      Object.keys(namesOf(captured).targets)
        .filter((name) => names.has(name))
        .map((name) => ({ name, tables: 2, bytes: 2_001_000_000 })),
    load: async ({ targets, run }) => {
      for (const [name, target] of Object.entries(targets)) {
        if (names.has(target) && !isOurs(target, run))
          throw new StillpointError("LOAD_FAILED", `"${target}" is somebody else's`);
        servers.drop(database, target);
        servers.put(database, target, { content: "", madeBy: run });
        pass("inside load");
        servers.put(database, target, { content: torn ? "torn" : dumpedContent(name), madeBy: run });
      }
    },
    settle: async () => {
      pass("inside settle");
      return {};
    },
    swapState: async (wanted, run) => stateOf(wanted, run),
    swap: async ({ targets, kept }, run) => {
      for (const [name, target] of Object.entries(targets)) {
        if (names.has(name) && !isOurs(name, run)) servers.rename(database, name, kept[name] ?? "");
        pass("inside swap");
        if (isOurs(target, run)) servers.rename(database, target, name);
        pass("inside swap");
      }
    },
    removeTargets: async (targets, run) => {
      for (const target of Object.values(targets)) {
        if (isOurs(target, run)) servers.drop(database, target);
        pass("inside remove");
      }
    },
    sqlOf,
    capture: never,
    identify: never,
    now: never,
    startDump: never,
    close: () => undefined,
  };
}

function stateOfName({
  isTarget,
  isNamed,
  isKept,
}: Readonly<Record<"isTarget" | "isNamed" | "isKept", boolean>>): SwapState {
  if (isNamed && !isTarget) return "swapped";
  return isKept ? "half" : "untouched";
}

async function never(): Promise<never> {
  throw new Error("a restore does not ask for that");
}

/** Answers what a restore asks of a server: which databases there are, their tables, ScalarDB's metadata. */
function sqlOn(
  engine: Sql["engine"],
  { tables, schemas }: CapturedJdbc,
  { targets, there }: { readonly targets: Names; readonly there: () => readonly string[] },
): Sql {
  const actual = (schema: string) => (engine === "mysql" ? (targets[schema] ?? schema) : schema);
  const [database] = engine === "postgresql" ? Object.values(targets) : [];
  const answers: readonly (readonly [RegExp, () => readonly SqlRow[]])[] = [
    [
      /information_schema/,
      () =>
        tables
          .map(({ schema, name }) => ({ namespace: actual(schema), name }))
          .filter(({ namespace }) => engine === "postgresql" || there().includes(namespace)),
    ],
    [
      /metadata/,
      () =>
        tables.map(({ schema, name }) => ({
          full_table_name: `${schema}.${name}`,
          column_name: "id",
          data_type: "TEXT",
          key_type: "PARTITION",
          indexed: false,
          ordinal_position: 1,
        })),
    ],
  ];
  return {
    engine,
    query: async (text) => {
      if (database !== undefined && !there().includes(database)) throw noDatabase(database);
      const [, answer] = answers.find(([asked]) => asked.test(text)) ?? [];
      if (answer === undefined) throw new Error(`nobody asks that of ${schemas.join()}: ${text}`);
      return answer();
    },
    stream: () => {
      throw new Error("rows are read by the verification's own handlers here");
    },
    session: never,
    close: () => undefined,
  };
}

function noDatabase(name: string): StillpointError {
  const cause = Object.assign(new Error("no such database"), { code: "3D000" });
  return new StillpointError("DATABASE_REFUSED", `database "${name}" does not exist`, { cause });
}
