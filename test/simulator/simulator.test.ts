import { expect, test } from "vitest";
import { kindOf, NAMES } from "../../simulator/kinds/kinds.ts";
import { isFalselyRefused } from "../../simulator/report.ts";
import { runStillpoint } from "../../simulator/run.ts";
import { ALGORITHMS, add, type Count, FORBIDDEN, problemsOf } from "../../simulator/tally.ts";

const EACH = 100;

function traceOf(number: number): readonly string[] {
  const lines: string[] = [];
  const report = runStillpoint(number, kindOf(number), (text) => lines.push(text));
  return [...lines, ...report.details];
}

/** Runs of all kinds in turn, so many of each. */
function countRuns(each: number): Map<string, Count> {
  const counts = new Map<string, Count>();
  for (let number = 0; number < each * NAMES.length; number++) {
    const kind = kindOf(number);
    add(counts, kind.name, runStillpoint(number, kind));
  }
  return counts;
}

test("a run is the same to the byte whenever it is played", () => {
  for (let number = 0; number < NAMES.length; number++) {
    const first = traceOf(number);
    expect(first.length).toBeGreaterThan(5);
    expect(traceOf(number)).toEqual(first);
  }
});

test("runs of different numbers are different, also those of the same kind", () => {
  expect(traceOf(NAMES.length)).not.toEqual(traceOf(0));
});

test("whatever goes wrong, no law is broken, and it really goes wrong", () => {
  const counts = countRuns(EACH);
  expect(problemsOf(counts)).toEqual([]);
  const noise = NAMES.filter((name) => name.startsWith("nothing"));
  expect(NAMES.length - noise.length).toBeGreaterThanOrEqual(20);
  for (const name of NAMES) {
    const { runs, disturbed, valid } = counts.get(name) as Count;
    expect({ name, runs }).toEqual({ name, runs: EACH });
    if (name.startsWith("nothing"))
      expect({ name, disturbed, valid }).toEqual({ name, disturbed: 0, valid: EACH });
    else expect(disturbed, name).toBeGreaterThan(EACH / 3);
  }
});

test("in the same worlds the models of others leave instances paused, and call torn seconds good", () => {
  const killed = numbersOf("the backup is killed at some moment");
  const unpaused = numbersOf("somebody else unpauses");
  for (const algorithm of ["scalar-admin-for-kubernetes", "Cassy"] as const) {
    expect(killed.some((number) => breaches(algorithm, number).has("stuck"))).toBe(true);
    expect(unpaused.some((number) => breaches(algorithm, number).has("falsely valid"))).toBe(true);
  }
  for (const number of [...killed, ...unpaused])
    for (const breach of FORBIDDEN) expect(breaches("Stillpoint", number)).not.toContain(breach);
});

test("a model that compares resource versions refuses a good backup for every write to a pod's status", () => {
  for (const number of numbersOf("nothing but writes to the status of pods")) {
    const kind = kindOf(number);
    expect(isFalselyRefused(ALGORITHMS["scalar-admin-for-kubernetes"](number, kind))).toBe(true);
    expect(isFalselyRefused(ALGORITHMS.Stillpoint(number, kind))).toBe(false);
  }
});

function numbersOf(name: string): readonly number[] {
  const first = NAMES.indexOf(name);
  return Array.from({ length: EACH / 2 }, (_, n) => first + n * NAMES.length);
}

function breaches(algorithm: keyof typeof ALGORITHMS, number: number) {
  return ALGORITHMS[algorithm](number, kindOf(number)).breaches;
}
