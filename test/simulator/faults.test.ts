import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { sourceFile } from "../planted-edits.ts";
import { FAULTS, type Fault } from "./faults.ts";

const SIMULATE = fileURLToPath(new URL("../../simulator/simulate.ts", import.meta.url));
const PLANT = new URL("plant-fault.ts", import.meta.url).href;
/**
 * Of all numbers; those about other kinds are passed over. What is found is the same every time. The rarest fault shows
 * at 1,169 and at 2,269 first; four times as many runs only find each of them four times as often.
 */
const RUNS = "10000";

/** The simulator in a process of its own, over our code with this fault in it. */
function simulate({ name, under }: Fault): Promise<{ readonly status: number; readonly said: string }> {
  const words = ["--import", PLANT, SIMULATE, "--ours", "--runs", RUNS, "--kind", under];
  const env = { ...process.env, STILLPOINT_FAULT: name };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, words, { env }, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, said: stdout + stderr }),
    );
  });
}

test.each(FAULTS)("the oracle catches it when $name", async (fault) => {
  // Else the fault is no longer planted, and the test would prove nothing.
  for (const edit of fault.edits)
    expect(readFileSync(sourceFile(edit), "utf8").split(edit.text)).toHaveLength(2);
  const { status, said } = await simulate(fault);
  const broken = said.split("\n").filter((line) => line.startsWith("BROKEN: "));
  expect(broken.join("\n")).toContain(fault.caughtAs);
  expect(status).toBe(1);
});
