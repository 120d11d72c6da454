import { setTimeout as delay } from "node:timers/promises";
import type { Unanswered } from "./api-server.ts";

const BACKOFF_MS = 50;
/** An API server that has just started refuses valid accounts for a moment. */
const REFUSED_MOST = 2;
const REFUSED_BACKOFF_MS = 200;
const FORBIDDEN = 403;
const BUSY = 429;
const OWN_FAULT = 500;

/**
 * Asks again while an API server is away or starting, within the limit. A clear no is final, except that one
 * "forbidden" is not. The last question may have had a moment only: what was wrong before it is the answer then.
 */
export async function patiently<T extends { readonly kind: string }>(
  limitMs: number,
  ask: (leftMs: number) => Promise<T | Unanswered>,
): Promise<T | Unanswered> {
  const end = performance.now() + limitMs;
  let refused = 0;
  let before: Unanswered | undefined;
  for (;;) {
    const answer = await ask(Math.max(Math.ceil(end - performance.now()), 1));
    if (isForbidden(answer)) refused++;
    const waitMs = isForbidden(answer) ? REFUSED_BACKOFF_MS : BACKOFF_MS;
    const isLast = refused >= REFUSED_MOST || performance.now() + waitMs >= end;
    if (!mayChange(answer)) return answer;
    if (!isLate(answer)) before = answer;
    if (isLast) return before ?? answer;
    await delay(waitMs);
  }
}

function isLate(answer: Unanswered): boolean {
  return answer.kind === "silent" && answer.isLate === true;
}

function isForbidden(answer: { readonly kind: string } | Unanswered): boolean {
  return "status" in answer && answer.status === FORBIDDEN;
}

function mayChange(answer: { readonly kind: string } | Unanswered): answer is Unanswered {
  if (answer.kind === "silent") return true;
  if (!("status" in answer)) return false;
  return answer.status === FORBIDDEN || answer.status === BUSY || answer.status >= OWN_FAULT;
}
