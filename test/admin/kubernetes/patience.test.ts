import { expect, test } from "vitest";
import type { Answer, Unanswered } from "../../../shared/admin/kubernetes/api-server.ts";
import { patiently } from "../../../shared/admin/kubernetes/patience.ts";

const LIMIT_MS = 5_000;
const fine: Answer = { kind: "answered", body: {} };
const away: Unanswered = { kind: "silent", message: "nothing listens there" };
const refused = (status: number): Unanswered => ({ kind: "refused", status, message: "no" });

/** Gives these answers, one after the other; how many were taken. */
async function asked(...answers: readonly Answer[]): Promise<{ answer: Answer; times: number }> {
  let times = 0;
  const answer = await patiently<Answer>(LIMIT_MS, async () => answers[times++] ?? fine);
  return { answer, times };
}

test("an API server that is away, starting or busy is asked again", async () => {
  expect(await asked(away, refused(503), refused(429))).toEqual({ answer: fine, times: 4 });
});

test("one forbidden is not final, a second one is", async () => {
  expect(await asked(refused(403))).toEqual({ answer: fine, times: 2 });
  expect(await asked(away, refused(403), refused(403))).toEqual({ answer: refused(403), times: 3 });
});

test("any other no is final", async () => {
  expect(await asked(refused(404))).toEqual({ answer: refused(404), times: 1 });
});

test("patience ends with the limit", async () => {
  let times = 0;
  const answer = await patiently<Answer>(1, async () => {
    times++;
    return away;
  });
  expect({ answer, times }).toEqual({ answer: away, times: 1 });
});

test("a last question that had no time left does not hide what was wrong", async () => {
  const end = performance.now() + 200;
  const late: Unanswered = { kind: "silent", message: "no answer within 0.001 s", isLate: true };
  const answer = await patiently<Answer>(200, async (leftMs) => {
    if (leftMs > 120) return away;
    while (performance.now() < end) await new Promise(setImmediate);
    return late;
  });
  expect(answer).toEqual(away);
});

test("an API server that never answers in time is told as that", async () => {
  const late: Unanswered = { kind: "silent", message: "no answer within 0.001 s", isLate: true };
  expect(await patiently<Answer>(1, async () => late)).toEqual(late);
});
