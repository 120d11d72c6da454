import type { RehearsalDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";
import type { Proof } from "../../shared/verify/proof.ts";
import type { Clocks, DatabaseWindow } from "../../shared/verify/subject.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { itemOfJson, sourceOf } from "../verify/fixture-source.ts";
import { cut, type Journal } from "../verify/journal-replay.ts";
import { isBroken, type Truth } from "../verify/journal-truth.ts";

/** Everything that the real servers wrote, as the layer in front of their database saw it. */
export function journalOf(dynamodb: RehearsalDynamodb, prefix: string, tables: readonly string[]): Journal {
  const histories = tables.flatMap((table) => {
    const byKey = Map.groupBy(dynamodb.journalOf(table), ({ key }) => JSON.stringify(key));
    return [...byKey].map(([key, entries]) => ({
      table,
      key,
      versions: entries.map(({ atMs, item }) => ({ atMs, item: item && itemOfJson(item) })),
    }));
  });
  const times = histories.flatMap(({ versions }) => versions.map(({ atMs }) => atMs));
  return { prefix, histories, firstMs: Math.min(...times), lastMs: Math.max(...times) };
}

/** What verification said of copies whose truth is known. */
export interface Tally {
  readonly copies: number;
  readonly broken: number;
  readonly proven: number;
  readonly brokenProven: number;
  readonly wholeDisproven: number;
  /** Broken ones that the checks inside one copy found by themselves. */
  readonly foundInside: number;
}

export interface Copying {
  readonly journal: Journal;
  readonly truth: Truth;
  readonly clocks: Clocks;
  readonly random: () => number;
  readonly window?: DatabaseWindow;
}

/** How much later the coordinator is restored once more. */
const LATER_SECONDS = 4;

/** Cuts the journal at the given seconds, every item at an instant of its own inside it, and verifies each copy. */
export async function judgeCopies(copying: Copying, seconds: readonly number[]): Promise<Tally> {
  const judged: Judged[] = [];
  for (const second of seconds) judged.push(await judgeCopy(copying, second));
  const count = (some: (copy: Judged) => boolean) => judged.filter(some).length;
  return {
    copies: judged.length,
    broken: count(({ broken }) => broken),
    proven: count(({ proof }) => proof === "proven"),
    brokenProven: count(({ broken, proof }) => broken && proof === "proven"),
    wholeDisproven: count(({ broken, proof }) => !broken && proof === "disproven"),
    foundInside: count(({ broken, inside }) => broken && inside === "disproven"),
  };
}

interface Judged {
  readonly broken: boolean;
  readonly proof: Proof["kind"];
  /** What the checks inside one copy say, without a later coordinator. */
  readonly inside: Proof["kind"];
}

async function judgeCopy(copying: Copying, atSecond: number): Promise<Judged> {
  const { journal, truth, clocks, random, window } = copying;
  const at = (second: number) => cut(journal, () => (second + random()) * 1000);
  const { tables, positions } = at(atSecond);
  const laterSecond = atSecond + LATER_SECONDS;
  const sources = [sourceOf(tables)];
  const later = sourceOf(at(laterSecond).tables);
  const restored = {
    kind: "restored",
    atSecond,
    later: { atSecond: laterSecond },
    ...(window && { window }),
  } as const;
  const { proof } = await verifyCopy({ sources, later, subject: restored, clocks });
  const inside = await verifyCopy({ sources, subject: { kind: "copy" }, clocks });
  return { broken: isBroken(truth, positions), proof: proof.kind, inside: inside.proof.kind };
}
