import { expect, test } from "vitest";
import type { Engine, Orchestration } from "../../shared/workflow/orchestration/orchestration.ts";
import { sideBySide } from "../../shared/workflow/orchestration/side-by-side.ts";
import { timer } from "../../shared/workflow/orchestration/wait.ts";
import { df } from "./functions-core.ts";
import { OrchestrationHost } from "./orchestration-host.ts";

function* part({ df: engine }: Engine, id: string): Orchestration<string> {
  try {
    const answers: string[] = [yield engine.callActivity("work", { id, nth: 1 })];
    if (id === "slow") yield timer({ df: engine }, 60_000);
    answers.push(yield engine.callActivity("work", { id, nth: 2 }));
    return answers.join(", ");
  } catch (error) {
    return `failed: ${(error as Error).message.includes("out of memory")}`;
  }
}

/** Some turns of the event loop, so that others are over before. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("parts that take several tasks go on side by side, and one that fails waits for the others", async () => {
  const ids = ["quick", "bad", "late", "slow"];
  const host = new OrchestrationHost();
  host.deploy(() => {
    df.app.activity("work", {
      handler: async (input) => {
        const { id, nth } = input as { readonly id: string; readonly nth: number };
        if (id === "bad") throw new Error("out of memory");
        await turns(id === "late" ? 5 : 0);
        return `${id} ${nth}`;
      },
    });
    df.app.orchestration("parts", function* (context) {
      return yield* sideBySide(
        context,
        ids.map((id) => part(context, id)),
      );
    });
  });
  host.start("parts", {}, "parts");
  const { output } = await host.run("parts");
  expect(output).toEqual(["quick 1, quick 2", "failed: true", "late 1, late 2", "slow 1, slow 2"]);
  expect(host.nowMs).toBe(60_000);
});
