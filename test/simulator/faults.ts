import type { Edit } from "../planted-edits.ts";

/** A deliberate fault in our own code, and what the oracle says of it. */
export interface Fault {
  readonly name: string;
  readonly edits: readonly [Edit, ...Edit[]];
  readonly caughtAs: "stuck" | "falsely valid" | "revoked" | "filed apart" | "clean runs were refused";
  /** Kinds of misfortune in which it shows, by part of their names. */
  readonly under: string;
}

export const FAULTS: readonly Fault[] = [
  {
    name: "the gates are not asked again before the Unpause",
    edits: [
      {
        file: "backup/pause-and-hold.ts",
        text: '...gateReasons(asked, "just before the Unpause"), ',
        instead: "",
      },
    ],
    caughtAs: "falsely valid",
    under: "somebody else unpauses",
  },
  {
    name: "the list of instances is not compared",
    edits: [
      {
        file: "backup/pause-and-hold.ts",
        text: ", ...discoveryReasons(before, after));",
        instead: ");",
      },
    ],
    caughtAs: "falsely valid",
    under: "an instance is added",
  },
  {
    name: "the window begins when the Pauses are sent",
    edits: [
      {
        file: "backup/pause-and-hold.ts",
        text: "const startMs = Math.max(...confirmed.map((answer) => answer.answeredMs));",
        instead: "const startMs = Math.min(...paused.outcomes.map((outcome) => outcome.sentMs));",
      },
    ],
    caughtAs: "falsely valid",
    under: "nothing",
  },
  {
    name: "the window ends when all have been let go",
    edits: [
      {
        file: "backup/pause-and-hold.ts",
        text: "endMs: Math.min(...asked.map((answer) => answer.sentMs))",
        instead: "endMs: Math.max(...asked.map((answer) => answer.answeredMs)) + 50",
      },
    ],
    caughtAs: "falsely valid",
    under: "nothing",
  },
  {
    name: "the second is the one after",
    edits: [
      {
        file: "pause/pause-window.ts",
        text: "return { atSecond, marginMs };",
        instead: "return { atSecond: atSecond + 1, marginMs };",
      },
    ],
    caughtAs: "falsely valid",
    under: "nothing",
  },
  {
    name: "the clock bound has no allowance",
    edits: [
      {
        file: "pause/clock-bound.ts",
        text: "lowMs: hull.lowMs - allowanceMs, highMs: hull.highMs + allowanceMs",
        instead: "lowMs: hull.lowMs, highMs: hull.highMs",
      },
      {
        file: "backup/hold.ts",
        text: "return highMs - lowMs - 2 * allowanceMs + GUARD_MS;",
        instead: "return highMs - lowMs + GUARD_MS + 0 * allowanceMs;",
      },
    ],
    caughtAs: "falsely valid",
    under: "nothing",
  },
  {
    name: "only the first measuring of the clocks counts",
    edits: [
      {
        file: "pause/clock-bound.ts",
        text: "return isStepped ? undefined : { lowMs: Math.min(...lows), highMs: Math.max(...highs) };",
        instead: "return { lowMs: lows[0] ?? 0, highMs: highs[0] ?? 0 };",
      },
    ],
    caughtAs: "falsely valid",
    under: "the database's clock is set",
  },
  {
    name: "a pause that somebody else holds is taken for ours",
    edits: [
      {
        file: "pause/verdict.ts",
        text: '    case "drain-timed-out":\n    case "held-by-another":\n    case "pause-in-progress":\n    case "opened-during-drain":\n    case "not-sent":\n      return false;',
        instead:
          '    case "held-by-another":\n    case "pause-in-progress":\n      return true;\n    case "drain-timed-out":\n    case "opened-during-drain":\n    case "not-sent":\n      return false;',
      },
    ],
    caughtAs: "revoked",
    under: "still drains when ours arrives",
  },
  {
    name: "a Pause without an answer is forgotten",
    edits: [
      {
        file: "backup/pause-record.ts",
        text: "const doubtful = [...unknown, ",
        instead: "const doubtful = [",
      },
    ],
    caughtAs: "stuck",
    under: "a Pause's connection breaks",
  },
  {
    name: "an Unpause that was sent counts as an open gate",
    edits: [
      {
        file: "backup/unpause.ts",
        text: 'if (answer.kind === "open") openedMs',
        instead: "openedMs",
      },
    ],
    caughtAs: "stuck",
    under: "are lost",
  },
  {
    name: "what was left to another backup is forgotten",
    edits: [
      {
        file: "backup/pause-record.ts",
        text: "...evidence.opened.leftAlone, ",
        instead: "",
      },
    ],
    caughtAs: "stuck",
    under: "stands still just before its first Pause",
  },
  {
    name: "a record that was swept does not come back under the sweep",
    edits: [
      {
        file: "backup/pause-record.ts",
        text: "if (ended.unsettled.length === 0) return found;",
        instead: "if (found !== undefined) return found;",
      },
    ],
    caughtAs: "stuck",
    under: "stands still just before its first Pause",
  },
  {
    name: "the sweep opens what another backup holds",
    edits: [
      {
        file: "backup/sweep.ts",
        text: "return shut.filter((instance) => !held.includes(addressOf(instance)));",
        instead: "return held.length < 0 ? [] : shut;",
      },
    ],
    caughtAs: "revoked",
    under: "stands still just before its first Pause",
  },
  {
    name: "the backup opens what another backup holds by now",
    edits: [
      {
        file: "backup/unpause.ts",
        text: "return held?.ok ? held.answer : [];",
        instead: "return held?.ok ? [] : [];",
      },
    ],
    caughtAs: "revoked",
    under: "stands still just before its first Pause",
  },
  {
    name: "the sweep opens whoever has the address of one that is gone",
    edits: [
      {
        file: "backup/sweep.ts",
        text: '({ kind }) => kind === "gone"',
        instead: '({ kind }) => kind === "gone" && found === undefined',
      },
    ],
    caughtAs: "revoked",
    under: "another process gets the address",
  },
  {
    name: "the sweep believes one look",
    edits: [
      {
        file: "backup/sweep-look.ts",
        text: "nowMs - (seenOpen[address] ?? nowMs) >= apartMs(record)",
        instead: "seenOpen[address] !== undefined",
      },
    ],
    caughtAs: "stuck",
    under: "a Pause's connection breaks",
  },
  {
    name: "the sweep does not wait for the deadline",
    edits: [
      {
        file: "backup/sweep.ts",
        text: 'if (state === "open" && !isOverdue(record, nowMs))',
        instead: 'if (state === "open" && nowMs < 0)',
      },
    ],
    caughtAs: "clean runs were refused",
    under: "nothing",
  },
  {
    name: "the sweep goes by wall time alone",
    edits: [
      {
        file: "backup/own-clock.ts",
        text: "return Math.max(oursMs, wallMs);",
        instead: "return oursMs < 0 ? oursMs : wallMs;",
      },
      {
        file: "backup/sweep.ts",
        text: "return nowMs > record.deadlineMs || nowMs < record.openedMs - apartMs(record);",
        instead: "return nowMs > record.deadlineMs;",
      },
    ],
    caughtAs: "stuck",
    under: "the sweep's clock is set back",
  },
  {
    name: "what an earlier backup left unsettled does not stop the next one",
    edits: [
      {
        file: "backup/prepare.ts",
        text: "if (pauses.length === 0) return;",
        instead: "if (pauses.length >= 0) return;",
      },
    ],
    caughtAs: "filed apart",
    under: "connection breaks",
  },
  {
    name: "the tables are not compared",
    edits: [
      { file: "backup/judge.ts", text: "...changedIdentities(prepared.captures, after), ", instead: "" },
    ],
    caughtAs: "falsely valid",
    under: "a table is made anew",
  },
  {
    name: "nobody asks whether the second is covered",
    edits: [{ file: "backup/judge.ts", text: ", ...uncovered(seconds, after));", instead: ");" }],
    caughtAs: "falsely valid",
    under: "recovery is switched off",
  },
  {
    name: "a backup begins although a gate is closed",
    edits: [{ file: "backup/prepare.ts", text: "if (closed.length > 0)", instead: "if (closed.length < 0)" }],
    caughtAs: "revoked",
    under: "has paused an instance before",
  },
];
