import type { Copy } from "./cut.ts";
import { COMMITTED, STATE } from "./rows.ts";
import { type Attempt, type History, type Item, newestOf, writersOf } from "./store.ts";

/**
 * What is broken of a copy once ScalarDB has recovered it: a transaction is there in one item and not in another, or
 * something that it has read is not there. By the true history, and by no code of Stillpoint.
 */
export function brokenInCopy(history: History, copy: Copy): string | undefined {
  const holds = holdingIn(history, copy);
  for (const attempt of history.attempts) {
    if (attempt.decidedMs === undefined) continue;
    const items = [...attempt.writes.keys()];
    const there = items.filter((item) => holds(item, attempt));
    if (there.length === 0) continue;
    if (there.length < items.length)
      return `${attempt.id} is there in ${there.length} of ${items.length} items`;
    for (const [item, writer] of attempt.reads)
      if (writer !== undefined && !holds(item, writer))
        return `${attempt.id} has read what ${writer.id} wrote, which is not there`;
  }
  return undefined;
}

/** Whether the coordinator of a copy calls something committed of which no record is there: nothing is torn by it. */
export function isCoordinatorAhead(history: History, copy: Copy): boolean {
  const holds = holdingIn(history, copy);
  return history.attempts.some(
    (attempt) =>
      attempt.writes.size > 0 &&
      isCommitted(history, copy, attempt) &&
      ![...attempt.writes.keys()].some((item) => holds(item, attempt)),
  );
}

function holdingIn(history: History, copy: Copy): (item: Item, attempt: Attempt) => boolean {
  const writers = new Map(history.items.map((item) => [item, writersOf(item)]));
  return (item, attempt) => {
    const version = copy.versions.get(item);
    if (version === undefined) return false;
    const order = writers.get(item) ?? [];
    const last = version.last === undefined ? -1 : order.indexOf(version.last);
    return (
      last >= order.indexOf(attempt) || (version.doubt === attempt && isCommitted(history, copy, attempt))
    );
  };
}

function isCommitted(history: History, copy: Copy, { id }: Attempt): boolean {
  return copy.versions.get(history.decisionOf(id))?.row?.["tx_state"] === COMMITTED;
}

/** Whether the copy shows that the decision was there once, and was removed. */
export function wasRemoved(history: History, copy: Copy, { id }: Attempt): boolean {
  const decision = history.decisionOf(id);
  const version = copy.versions.get(decision);
  const wasThere = decision.versions.some(({ row }) => row?.["tx_state"] === COMMITTED);
  if (!wasThere || version === undefined || version.row?.["tx_state"] === COMMITTED) return false;
  return version.atMs > 0 && decision.table === STATE;
}

/**
 * Whether ScalarDB has broken it by itself: a decision came after its records had been rolled back, since a clean-up had
 * removed that it was aborted; or what a second try with one nonce left behind was rolled forward in part.
 */
export function isBrokenAtBirth({ attempts, items }: History): boolean {
  const stood = new Map<Attempt, Set<Item>>();
  for (const item of items) {
    const standing = item.versions.flatMap(({ last }) => last ?? []);
    const { doubt } = newestOf(item);
    for (const attempt of doubt === undefined ? standing : [...standing, doubt]) {
      const items = stood.get(attempt) ?? new Set();
      stood.set(attempt, items.add(item));
    }
  }
  return attempts.some((attempt) => {
    const items = stood.get(attempt) ?? new Set<Item>();
    if (attempt.decidedMs !== undefined) return [...attempt.writes.keys()].some((item) => !items.has(item));
    return [...items].some((item) => newestOf(item).doubt !== attempt);
  });
}
