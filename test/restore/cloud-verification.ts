import type { RestoreEffects, ScopeAsked } from "../../shared/restore/dynamodb/effects.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { refuseDifferences } from "../../shared/restore/dynamodb/refuse-differences.ts";
import type { ReadingEffects } from "../../shared/settle/reading.ts";
import type { JudgeParts, VerificationEffects } from "../../shared/verify/effects.ts";
import { NOTHING_TAKEN } from "../../shared/verify/intake-totals.ts";
import type { Lasting } from "../../shared/verify/obstacle.ts";
import type { CheckedTable, VerificationReport } from "../../shared/verify/report.ts";
import type { Scope, ScopedTable } from "../../shared/verify/scope.ts";
import { DEFAULT_CLOCKS } from "../../shared/verify/subject.ts";
import { DEFAULT_NAMESPACES } from "../../shared/verify/table-role.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import type { Cloud } from "./cloud.ts";
import { notAsked } from "./not-asked.ts";

type Verifying = Pick<RestoreEffects, keyof VerificationEffects | "list-quiet" | "scope-copies">;

/** What can be read in a model of a cloud. */
export interface Readable {
  /** What verifications have left so far of what they read. */
  readonly parts: Set<string>;
  contentOf(physical: string): string;
  /** It was read with this content, and found whole. */
  found(physical: string, content: string): void;
}

/** The verification's effects on the cloud's contents. */
export function cloudVerification(cloud: Cloud, lasting?: Lasting): Handlers<Verifying> {
  const reading = contentReading({
    parts: cloud.parts,
    contentOf: (physical) => cloud.tables.get(physical)?.content ?? "",
    found: (physical, content) => {
      const table = cloud.tables.get(physical);
      if (table?.content === content) cloud.law.verified.add(table.id);
    },
  });
  const unproven = lasting && ({ kind: "unproven", reason: "it leaves no trace", lasting } as const);
  return {
    "scope-copies": async ({ plan, what }) => scopeOf(plan, what),
    ...reading,
    "judge-parts": async (input, signal) => {
      const report = await reading["judge-parts"](input, signal);
      return unproven === undefined ? report : { ...report, proof: unproven };
    },
  };
}

/** The digest of a table is what it holds. */
export function contentVerification(cloud: Readable): Handlers<ReadingEffects> {
  return { ...contentReading(cloud), ...notAsked("scan-to-settle", "settle-parts") };
}

function contentReading(cloud: Readable): Handlers<Omit<Verifying, "scope-copies">> {
  return {
    "scan-segment": async ({ table }) => {
      if (table.as === "earlier") throw new Error(`"${table.schema.physical}" is not to be verified`);
      cloud.parts.add(table.schema.physical);
      return partOf(cloud, table);
    },
    "judge-parts": async (input) => {
      const tables = read(cloud, input);
      if (input.like !== undefined) refuseDifferences(input.scope, input.like, tables);
      const torn = input.like === undefined && tables.some(({ digest }) => /^torn$|~/.test(digest));
      if (!torn) for (const { physical, digest } of tables) cloud.found(physical, digest);
      return reportOf(tables, torn);
    },
    ...notAsked("list-quiet"),
    "remove-parts": async () => {
      cloud.parts.clear();
      return null;
    },
  };
}

export function scopeOf(plan: DynamodbPlan, what: ScopeAsked): Scope {
  const copies = plan.tables.map(({ name, temporary }) =>
    scoped(name, what === "replaced" ? name : temporary, "copy"),
  );
  const later = plan.proofs.map(({ name, temporary }) => scoped(name, temporary, "later"));
  const earlier = what === "to-settle" ? (plan.earlier ?? []) : [];
  const before = earlier.map(({ name, temporary }) => scoped(name, temporary, "earlier"));
  const atSecond = plan.tables[0]?.atSecond ?? 0;
  const scope = scopeOver(plan.run, atSecond, [...copies, ...later, ...before]);
  if (plan.settling === undefined) return scope;
  const { keptUntilMs } = plan.settling;
  return { ...scope, subject: { kind: "settled", atSecond, keptUntilMs } };
}

export function scopeOver(run: string, atSecond: number, tables: readonly ScopedTable[]): Scope {
  return {
    run,
    subject: { kind: "restored", atSecond },
    clocks: DEFAULT_CLOCKS,
    namespaces: DEFAULT_NAMESPACES,
    tables,
  };
}

export function scoped(
  table: string,
  physical: string,
  as: ScopedTable["as"],
  database = "main",
): ScopedTable {
  const keys = { partitionKey: ["id"], clusteringKey: [], columns: {}, secondaryIndexes: [] };
  const schema = {
    physical,
    namespace: "prod",
    table,
    role: "record",
    transactional: true,
    ...keys,
  } as const;
  return { database, schema, bytes: 0, as };
}

function partOf(cloud: Readable, { schema }: ScopedTable) {
  const content = cloud.contentOf(schema.physical);
  return { sha256: content, bytes: 0, count: content.length, digest: content };
}

/** As it was scanned; what is not like before, or whose part is gone, is read again. */
function read(cloud: Readable, { scope, scanned, like }: JudgeParts): readonly CheckedTable[] {
  return scope.tables.flatMap((table, place) => {
    const { schema, as } = table;
    const part = scanned.find((each) => each.place === place)?.part;
    const isLike = like === undefined || part?.digest === like[place]?.digest;
    const isKept = cloud.parts.has(schema.physical);
    const { count, digest } = isLike && isKept && part !== undefined ? part : partOf(cloud, table);
    if (as === "later") return [];
    return [{ table: schema.table, physical: schema.physical, rows: count, digest }];
  });
}

const NOTHING_CHECKED: Omit<VerificationReport["checked"], "tables"> = {
  transactions: {
    withRows: 0,
    decided: 0,
    rolledForward: 0,
    rolledBack: 0,
    withoutCoordinator: 0,
    inFlight: 0,
    importedRows: 0,
    writes: 0,
  },
  chains: { assets: 0, records: 0 },
  signatures: NOTHING_TAKEN.signatures,
};

function reportOf(tables: readonly CheckedTable[], torn: boolean): VerificationReport {
  return {
    proof: torn
      ? { kind: "disproven", reason: "a transaction is torn" }
      : { kind: "proven", reason: "quiet", restsOn: [] },
    findings: [],
    findingCounts: {},
    checked: { ...NOTHING_CHECKED, tables },
    notChecked: [],
  };
}
