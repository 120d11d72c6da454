import { expect, test } from "vitest";
import { rehearse } from "../../../rehearsal/rehearse.ts";

const LIMIT_MS = 240_000;

/** What the real command line does in processes of its own, in this order. */
const COMMANDS = ["backup", "follow --watch", "verify --live", "plan --point", "restore --plan", "status"];

test("the whole story on Cosmos DB ends with a ledger that is whole", { timeout: LIMIT_MS }, async () => {
  const lines: string[] = [];
  const { signal } = new AbortController();
  await rehearse({ database: "cosmosdb", signal, say: (line) => lines.push(line) });
  const typed = lines.flatMap((line) => (line.startsWith("$ stillpoint ") ? [line.slice(13)] : []));
  expect(typed.map((words) => words.split(" ").slice(0, 2).join(" "))).toEqual(COMMANDS);
  const told = lines.join("\n");
  expect(told).toContain("    pending    it can be restored to once");
  expect(told).toMatch(/^ {4}complete +payments-/m);
  expect(told).toContain("error VERIFICATION_FAILED");
  expect(told).toContain("its containers came back without ScalarDB's mutate.js");
  expect(told).toContain("settings: all captured settings came back");
  expect(told).toMatch(/^ {3}By hand: the ledger's properties get https:/m);
  expect(told).toMatch(/^7\. The ledger works on the restored account: [1-9]\d* transfers committed\. /m);
  expect(lines.at(-1)).toBe("         The ledger is whole.");
  const [restored] = /restored 24 assets with 24000 in all and (\d+) transactions/.exec(told)?.slice(1) ?? [];
  expect(told).toContain(`the ${restored} transactions that the clients saw committed before the pause`);
});
