import { expect, test } from "vitest";
import { untilEventOrTimeout } from "../../shared/workflow/orchestration/wait.ts";
import { DurableLife } from "./durable-life.ts";
import { df } from "./functions-core.ts";
import { OrchestrationHost } from "./orchestration-host.ts";

const DAY_MS = 86_400_000;

/** Waits for a day at the longest for an approval, which is raised when a timer of so many hours fires. */
async function waiting(raisedAfterHours: number | undefined, dies?: (moment: string) => boolean) {
  const host = new OrchestrationHost();
  host.deploy(() => {
    df.app.orchestration("waiting", function* (context) {
      return yield* untilEventOrTimeout(context, "approval", DAY_MS);
    });
    df.app.activity("raise", {
      handler: () => {
        host.raise("waiting", "approval", { by: "somebody" });
        return null;
      },
    });
    df.app.orchestration("raising", function* (context) {
      const hours = raisedAfterHours ?? 0;
      if (hours > 0) yield context.df.createTimer(new Date(hours * 3_600_000));
      if (raisedAfterHours !== undefined) yield context.df.callActivity("raise");
    });
  });
  host.start("waiting", {}, "waiting");
  host.start("raising", {}, "raising");
  const { output } = await host.run("waiting", { lifeOf: () => new DurableLife(dies) });
  return { output, hours: host.nowMs / 3_600_000 };
}

test("a wait ends with the event, and leaves no timer that keeps the orchestration from ending", async () => {
  expect(await waiting(3)).toEqual({ output: { kind: "event", data: { by: "somebody" } }, hours: 3 });
});

test("a wait ends at its time where nobody raises the event, or too late", async () => {
  expect(await waiting(undefined)).toEqual({ output: { kind: "timeout" }, hours: 24 });
  expect(await waiting(25)).toEqual({ output: { kind: "timeout" }, hours: 24 });
});

test("a wait whose process dies at any moment ends as an undisturbed one", async () => {
  const moments: string[] = [];
  const undisturbed = await waiting(3, (moment) => moments.push(moment) < 0);
  for (const [nth, moment] of moments.entries()) {
    let passed = 0;
    expect(await waiting(3, () => passed++ === nth), moment).toEqual(undisturbed);
  }
});
