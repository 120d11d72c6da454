import { expect, test } from "vitest";
import { rehearse } from "../../rehearsal/rehearse.ts";

const LIMIT_MS = 300_000;

/** What the real command line does in processes of its own, in this order. */
const COMMANDS = [
  "verify --live",
  "status",
  "restore --nearest",
  "verify --live",
  "restore --at",
  "dropped",
  "verify --live",
];

test("the story without a pause ends with a ledger that is whole, and with every lost transfer sent again once", {
  timeout: LIMIT_MS,
}, async () => {
  const lines: string[] = [];
  const { signal } = new AbortController();
  await rehearse({ story: "no-pause", signal, say: (line) => lines.push(line) });
  const told = lines.join("\n");
  const typed = lines.flatMap((line) => (line.startsWith("$ stillpoint ") ? [line.slice(13)] : []));
  expect(
    typed.map((words) =>
      words
        .split(" ")
        .slice(0, 2)
        .join(" ")
        .replace(/ restore-.*/, ""),
    ),
  ).toEqual(COMMANDS);
  expect(told).not.toMatch(/\b(?:pausing|paused|held) {4,}(?:all|[1-9])/);
  expect(told).toMatch(/proven: no transaction committed between /);
  expect(told).toMatch(/^10\. The ledger works on the settled tables: [1-9]\d* transfers committed\. /m);
  const [lost] = /By settling: (\d+) transactions of the last /.exec(told)?.slice(1) ?? [];
  const [sent, known] =
    /^ {3}(\d+) were sent again and committed, each once; of (\d+) of them/m
      .exec(told)
      ?.slice(1)
      .map(Number) ?? [];
  expect(known).toBe(Number(lost));
  expect(sent).toBeGreaterThanOrEqual(Number(known));
  expect(sent).toBeGreaterThan(0);
  expect(lines.at(-1)).toBe("         The ledger is whole.");
});
