import type { PauseRecord } from "../catalog/model.ts";
import { addressOf, type GateAnswer } from "../pause/instance.ts";
import { apartMs } from "./pause-record.ts";

/** What one look of a sweep came to. */
export interface SweepLook {
  /** When each address had been seen open first, as the record said when the look began. */
  readonly before: Readonly<Record<string, number>>;
  /** When each address was seen open first, as of now; it begins anew where the gate was found shut. */
  readonly seenOpen: Readonly<Record<string, number>>;
  /** Found shut in this look. */
  readonly shut: readonly string[];
  /** Seen open for long enough. */
  readonly settled: readonly string[];
  /** Their processes exist no more. */
  readonly gone: readonly string[];
}

/**
 * What a sweep makes of the answers before its Unpause and after it. A Pause whose answer was lost may still be under
 * way at its server and close the gate later, so open counts only when it was seen twice, a drain wait and an RPC
 * deadline apart; a gate that was found shut begins anew. A process that is gone took its pause with it: a host that
 * refuses the connection counts as open.
 */
export function lookFrom(
  record: PauseRecord,
  answers: { readonly before: readonly GateAnswer[]; readonly after: readonly GateAnswer[] },
  nowMs: number,
): Omit<SweepLook, "gone"> {
  const shut = addressesOf(answers.before, "closed");
  const first = (address: string) => (shut.includes(address) ? undefined : record.seenOpen[address]);
  const open = addressesOf(answers.after, "open", "no-listener");
  const seenOpen = Object.fromEntries(open.map((address) => [address, first(address) ?? Math.round(nowMs)]));
  const settled = open.filter((address) => nowMs - (seenOpen[address] ?? nowMs) >= apartMs(record));
  return { before: record.seenOpen, seenOpen, shut, settled };
}

/**
 * What a look leaves of a record that may have changed meanwhile: what another sweep settled stays settled, and an
 * address that a backup put back since is not settled by what was seen before.
 */
export function withLook(found: PauseRecord, look: SweepLook): PauseRecord {
  const isUnchanged = (address: string) => found.seenOpen[address] === look.before[address];
  const left = found.unsettled.filter(
    (address) => !look.gone.includes(address) && !(look.settled.includes(address) && isUnchanged(address)),
  );
  const seenOpen = left.flatMap((address) => {
    const isOurs = look.shut.includes(address) || isUnchanged(address);
    const seenMs = isOurs ? look.seenOpen[address] : found.seenOpen[address];
    return seenMs === undefined ? [] : [[address, seenMs] as const];
  });
  const state = left.length === 0 ? "closed" : found.state;
  return { ...found, state, unsettled: left, seenOpen: Object.fromEntries(seenOpen) };
}

function addressesOf(
  answers: readonly GateAnswer[],
  ...kinds: readonly GateAnswer["kind"][]
): readonly string[] {
  return answers.filter(({ kind }) => kinds.includes(kind)).map(({ instance }) => addressOf(instance));
}
