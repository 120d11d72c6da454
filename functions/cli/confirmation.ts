import { createInterface } from "node:readline/promises";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { discardedBy, stakesOf } from "../../shared/restore/restore-stakes.ts";

/** Asks on the terminal for the name of the deployment that is restored in place. */
export async function askConfirmation({ deployment, plan }: PlannedRun, what = "go on"): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // Nothing has begun: Ctrl-C, or the end of the input, is an answer like any other that is not the name.
  const left = new Promise<string>((resolve) => {
    prompt.once("SIGINT", () => resolve(""));
    prompt.once("close", () => resolve(""));
  });
  try {
    const discarded = discardedBy(plan.restore, Date.now());
    const question = `This ${stakesOf(plan.restore)}. ${discarded}. Type the deployment's name (${deployment}) to ${what}: `;
    return await Promise.race([prompt.question(question), left]);
  } finally {
    prompt.close();
  }
}
