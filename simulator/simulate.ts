import { parseArgs } from "node:util";
import { messageOf } from "../shared/errors/stillpoint-error.ts";
import { kindOf, NAMES } from "./kinds/kinds.ts";
import { runStillpoint } from "./run.ts";
import { tableOf } from "./table.ts";
import { ALGORITHMS, type Algorithm, add, FORBIDDEN, newTally, problemsOf, totalOf } from "./tally.ts";

const USAGE = `npm run simulate -- [--runs 10000] [--seed 1]   many runs, and what became of them
  [--kind "killed"]                               only those about it
  [--ours]                                        without the models of others
npm run simulate -- --trace 4711                one run, step by step`;
const OPTIONS = {
  runs: { type: "string", default: "10000" },
  seed: { type: "string", default: "1" },
  trace: { type: "string" },
  kind: { type: "string" },
  ours: { type: "boolean" },
  help: { type: "boolean" },
} as const;
const TOLD_MOST = 10;

/** `npm run simulate`: fails where a law was broken in any run of ours. */
function simulate(words: readonly string[]): number {
  const asked = askedFor(words);
  if (typeof asked === "string") {
    console.log(`${asked}\n${USAGE}`);
    return 2;
  }
  if (!asked.help) return asked.trace === undefined ? many(asked) : one(asked.trace);
  console.log(USAGE);
  return 0;
}

interface Asked extends Many {
  readonly help: boolean;
  readonly trace?: number;
}

/** What the words ask for, or what is wrong with them. */
function askedFor(words: readonly string[]): Asked | string {
  try {
    const { values } = parseArgs({ args: [...words], options: OPTIONS });
    const about = values.kind ?? "";
    if (!NAMES.some((name) => name.includes(about)))
      return `no kind is about "${about}": ${NAMES.map((name) => `"${name}"`).join(", ")}`;
    const [runs, seed, trace] = [values.runs, values.seed, values.trace ?? "0"].map(wholeNumber);
    if (runs === undefined || seed === undefined || trace === undefined)
      return "runs, seed and trace are whole numbers";
    const help = values.help ?? false;
    return {
      seed,
      runs,
      about,
      onlyOurs: values.ours ?? false,
      help,
      ...(values.trace !== undefined && { trace }),
    };
  } catch (error) {
    return messageOf(error);
  }
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function one(number: number): number {
  const kind = kindOf(number);
  console.log(`run ${number}: ${kind.name}`);
  const report = runStillpoint(number, kind, (text) => console.log(text));
  for (const detail of report.details) console.log(detail);
  console.log(report.isValid ? "valid" : `no restore point: ${report.because}`);
  return FORBIDDEN.some((breach) => report.breaches.has(breach)) ? 1 : 0;
}

interface Many {
  readonly seed: number;
  readonly runs: number;
  /** Part of the names of the kinds that are wanted. */
  readonly about: string;
  readonly onlyOurs: boolean;
}

function many({ seed, runs, about, onlyOurs }: Many): number {
  const tally = newTally();
  const startedMs = performance.now();
  let ownMs = 0;
  let told = 0;
  for (let number = seed; number < seed + runs; number++) {
    const kind = kindOf(number);
    if (!kind.name.includes(about)) continue;
    const begunMs = performance.now();
    const report = ALGORITHMS.Stillpoint(number, kind);
    ownMs += performance.now() - begunMs;
    add(tally.Stillpoint, kind.name, report);
    if (FORBIDDEN.some((breach) => report.breaches.has(breach)) && told++ < TOLD_MOST)
      console.log(`run ${number} (${kind.name}): ${report.details.join("; ")}`);
    for (const algorithm of onlyOurs ? [] : OTHERS)
      add(tally[algorithm], kind.name, ALGORITHMS[algorithm](number, kind));
  }
  console.log(tableOf(tally));
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const total = totalOf(tally.Stillpoint);
  console.log(`
runs ${seed} to ${seed + runs - 1}: ${seconds(performance.now() - startedMs)} s, ${Math.round((total.runs / ownMs) * 1000)} complete runs of ours a second
clean runs: ${total.runs - total.disturbed}, of which ${total.falselyRefused} were refused
longest that anything stayed paused after its backup had died: ${seconds(total.longestAfterDeathMs)} s`);
  const problems = problemsOf(tally.Stillpoint);
  for (const problem of problems) console.log(`BROKEN: ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

const OTHERS: readonly Algorithm[] = ["scalar-admin-for-kubernetes", "Cassy"];

process.exitCode = simulate(process.argv.slice(2));
