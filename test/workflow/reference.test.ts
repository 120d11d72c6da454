import { expect, test } from "vitest";
import { restoreCosmosdb } from "../../shared/restore/cosmosdb/restore.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import { withoutReferences, withReferences } from "../../shared/workflow/orchestration/reference.ts";
import { container, LEDGER, lookedAt, planOf } from "../restore/cosmosdb/example-plan.ts";

/** As of a deployment with many tables: each container has ScalarDB's stored procedure. */
function largePlan() {
  const scripts = { storedProcedures: [{ id: "mutate.js", body: "function mutate() {}".repeat(300) }] };
  const tables = Array.from({ length: 100 }, (_, nth) => container("bank", `table-${nth}`, scripts));
  const containers = [container("coordinator", "state", { coordinator: true, ...scripts }), ...tables];
  return planOf([lookedAt(LEDGER, { containers, databases: [] })]);
}

/** What a restore asks for, with answers that let it go on. */
function effectsOf(plan: ReturnType<typeof largePlan>): readonly Effect[] {
  const effects: Effect[] = [];
  const workflow = restoreCosmosdb(plan);
  for (let turn = workflow.next(); !turn.done; ) {
    const { value: effect } = turn;
    effects.push(effect);
    if (effect.kind === "scope-copies") return effects;
    const inner = (effect as { readonly effects?: readonly Effect[] }).effects;
    turn = workflow.next(inner ? inner.map(() => ({ ok: true, answer: {} })) : { done: true });
  }
  return effects;
}

test("what an activity is sent stays small, however large the plan is, and means the same", () => {
  const plan = largePlan();
  const effects = [
    ...effectsOf(plan),
    ...plan.accounts.flatMap((account) =>
      account.original.containers.map((each) => ({ kind: "apply-container", account, container: each })),
    ),
  ];
  const recorded = JSON.parse(JSON.stringify(plan)) as typeof plan;
  expect(effects.length).toBeGreaterThan(100);
  for (const effect of effects) {
    const sent = JSON.stringify(withReferences(effect, plan));
    expect(sent.length, effect.kind).toBeLessThan(2_000);
    expect(withoutReferences(JSON.parse(sent), recorded), effect.kind).toEqual(
      JSON.parse(JSON.stringify(effect)),
    );
  }
});

test("a part that the plan does not have is refused", () => {
  const sent = withReferences({ of: [1] }, {});
  expect(withoutReferences(sent, {})).toEqual({ of: [1] });
  expect(() => withoutReferences({ table: { $part: ["tables", "7"] } }, { tables: [] })).toThrow("tables.7");
});
