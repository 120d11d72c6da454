import type { Store } from "../../catalog/store.ts";
import { toFailure } from "../../errors/stillpoint-error.ts";
import { isPassing } from "../durable/passing.ts";
import { ask, type Bench, lookOnce, performOnce } from "../durable/perform.ts";
import type { Handlers, Vocabulary } from "../effect.ts";
import { Journal } from "../journal.ts";
import { type Entry, FENCE } from "../journal-entry.ts";
import type { Errand, ErrandEnd, Page } from "./errand.ts";
import { withoutReferences } from "./reference.ts";

/** Where an activity works. */
export interface Workplace<V extends Vocabulary> {
  readonly store: Store;
  readonly run: string;
  /** What errands refer to, where they were sent with references. */
  readonly whole?: object;
  readonly handlers: (journal: Journal) => Handlers<V>;
}

/** Results travel in messages, and every turn of the orchestrator loads them all again. */
const LARGEST_PAGE_CHARACTERS = 250_000;

/** An activity's whole part. It never throws. */
export async function carryOutActivity<V extends Vocabulary>(
  open: () => Promise<Workplace<V>>,
  errand: Errand,
): Promise<ErrandEnd> {
  const progress: Progress = { told: false };
  try {
    return await carriedOut(await open(), errand, progress);
  } catch (error) {
    const kind = isPassing(error) && !errand.isLast ? "again" : "stopped";
    return { kind, failure: toFailure(error), ...progress };
  }
}

interface Progress {
  told: boolean;
}

async function carriedOut<V extends Vocabulary>(
  { store, run, whole = {}, handlers }: Workplace<V>,
  sent: Errand,
  progress: Progress,
): Promise<ErrandEnd> {
  const errand = withoutReferences(sent, whole);
  if (errand.kind === "begin") return pageOf(await Journal.takeOver(store, run, errand.owner), errand.from);
  const journal = await Journal.goOn(store, run, { by: errand.owner, begun: errand.begun });
  // What came as JSON is what the workflow has asked with.
  const bench: Bench = { journal, handlers: handlers(journal) as Handlers<Vocabulary> };
  progress.told = true;
  for (const report of errand.untold) await ask(bench.handlers, report);
  for (const { position, effect, outcome } of errand.deferred) journal.defer(position, effect, outcome);
  await journal.flush();
  return worked(bench, errand);
}

async function worked(bench: Bench, errand: Exclude<Errand, { readonly kind: "begin" }>): Promise<ErrandEnd> {
  switch (errand.kind) {
    case "carry-out":
      return { kind: "answered", ...(await performOnce(bench, errand)) };
    case "look": {
      const done = await lookOnce(bench, errand);
      return done === undefined ? { kind: "not-yet" } : { kind: "answered", ...done };
    }
    case "hand-over":
      return { kind: "handed-over" };
    default:
      return errand satisfies never;
  }
}

/** At least one entry, however large. */
function pageOf(entries: readonly Entry[], from: number): Page {
  const page: Omit<Entry, "by">[] = [];
  let next = from;
  for (let room = LARGEST_PAGE_CHARACTERS; next < entries.length && room > 0; next++) {
    const { by: _by, ...entry } = entries[next] as Entry;
    if (entry.position !== FENCE) page.push(entry);
    room -= JSON.stringify(entry).length;
  }
  return { kind: "begun", entries: entries.length, page, next: next < entries.length ? next : null };
}
