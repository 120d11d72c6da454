import { createInterface } from "node:readline/promises";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { discardedText } from "../../shared/restore/dynamodb/describe-plan.ts";

/** Asks on the terminal for the name of the deployment whose tables will be deleted. */
export async function askConfirmation({ deployment, plan }: PlannedRun, what = "go on"): Promise<string> {
  const count = plan.dynamodb.tables.length;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // Nothing has begun: Ctrl-C, or the end of the input, is an answer like any other that is not the name.
  const left = new Promise<string>((resolve) => {
    prompt.once("SIGINT", () => resolve(""));
    prompt.once("close", () => resolve(""));
  });
  try {
    const discarded = discardedText(plan.dynamodb, Date.now());
    const question = `This deletes and replaces ${count} tables. ${discarded}. Type the deployment's name (${deployment}) to ${what}: `;
    return await Promise.race([prompt.question(question), left]);
  } finally {
    prompt.close();
  }
}
