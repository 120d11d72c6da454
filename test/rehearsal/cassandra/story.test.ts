import { expect, test } from "vitest";
import { rehearse } from "../../../rehearsal/rehearse.ts";

const LIMIT_MS = 400_000;

/** What the real command line does in processes of its own, in this order. */
const COMMANDS = ["backup", "follow --watch", "verify --live", "plan --point", "restore --plan", "status"];

test("the whole story on Cassandra ends with a ledger that is whole", { timeout: LIMIT_MS }, async () => {
  const lines: string[] = [];
  const { signal } = new AbortController();
  await rehearse({ database: "cassandra", signal, say: (line) => lines.push(line) });
  const typed = lines.flatMap((line) => (line.startsWith("$ stillpoint ") ? [line.slice(13)] : []));
  expect(typed.map((words) => words.split(" ").slice(0, 2).join(" "))).toEqual(COMMANDS);
  const told = lines.join("\n");
  expect(told).toContain("    pending    it can be restored to once Cassy has uploaded its snapshots");
  expect(told).toMatch(/^ {4}complete +payments-/m);
  expect(told).toContain("error VERIFICATION_FAILED");
  const byHand = lines.flatMap((line, at) => (line.startsWith("   By hand: Cassandra is ") ? [at] : []));
  const asked = lines.findIndex((line) => line.startsWith("$ stillpoint restore"));
  const awaited = lines.findIndex((line) => line.includes("Cassy has restored the files of cluster"));
  expect(byHand).toHaveLength(2);
  expect([byHand[0], asked, awaited, byHand[1]]).toEqual(
    [...[byHand[0], asked, awaited, byHand[1]]].sort(ascending),
  );
  expect(told).toMatch(/proven: the snapshots of all nodes were taken inside the pause/);
  expect(told).toMatch(/^7\. The ledger works on the restored cluster: [1-9]\d* transfers committed\. /m);
  expect(lines.at(-1)).toBe("         The ledger is whole.");
  const [restored] = /restored 24 assets with 24000 in all and (\d+) transactions/.exec(told)?.slice(1) ?? [];
  expect(told).toContain(`the ${restored} transactions that the clients saw committed before the pause`);
});

function ascending(one: number | undefined, other: number | undefined): number {
  return Number(one) - Number(other);
}
