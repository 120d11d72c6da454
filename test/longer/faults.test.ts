import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { sourceFile } from "../planted-edits.ts";
import { FAULTS, type Fault } from "../settle/faults.ts";

const ATTACK = fileURLToPath(new URL("../settle/attack-until-broken.ts", import.meta.url));
const PLANT = new URL("../settle/plant-fault.ts", import.meta.url).href;

/** The attack in a process of its own, over our code with this fault in it. */
function attack({ name, what, under }: Fault): Promise<{ readonly status: number; readonly said: string }> {
  const env = { ...process.env, STILLPOINT_FAULT: name };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", PLANT, ATTACK, what, under],
      { env },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, said: stdout + stderr }),
    );
  });
}

test.concurrent.each(FAULTS)("the truth catches it when $name", { timeout: 60_000 }, async (fault) => {
  // Else the fault is no longer planted, and the test would prove nothing.
  for (const edit of fault.edits)
    expect(readFileSync(sourceFile(edit), "utf8").split(edit.text)).toHaveLength(2);
  const { status, said } = await attack(fault);
  expect(said).toMatch(new RegExp(`^BROKEN: .*${fault.caughtAs}`, "m"));
  expect(status).toBe(1);
});
