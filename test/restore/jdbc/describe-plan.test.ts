import { expect, test } from "vitest";
import { describeJdbcPlan } from "../../../shared/restore/jdbc/describe-plan.ts";
import type { JdbcPlan } from "../../../shared/restore/jdbc/plan.ts";
import { AT_SECOND, capturedOf, ledgerAndAuditor, lookedAtDump, planOf, TAIL } from "./example-plan.ts";
import { undisturbed } from "./sql-situation.ts";

const NOW_MS = (AT_SECOND + 5 * 60) * 1000;

function textOf(plan: JdbcPlan): string {
  const { steps, consequences } = describeJdbcPlan(plan, NOW_MS);
  return [...steps.map(({ does }) => does), ...consequences].join("\n");
}

test.each(["in-place", "side-by-side"] as const)(
  "the text of a plan %s names all names that it makes and all that change hands",
  async (mode) => {
    const { situation } = await undisturbed(ledgerAndAuditor(mode));
    const { steps } = describeJdbcPlan(situation.plan, NOW_MS);
    const creates = steps.flatMap((step) => step.creates);
    expect(creates).toEqual([
      `database ledger_${TAIL}`,
      `schema coordinator_${TAIL}`,
      `schema scalar_${TAIL}`,
    ]);
    const changes = steps.flatMap((step) => step.changes).filter((text) => !text.startsWith("settings"));
    const moved = (from: string, to: string) => `tables of schema ${from} move to ${to}`;
    const renamed = [
      `database ledger is called ledger_before_${TAIL}`,
      `database ledger_${TAIL} is called ledger`,
      ...["coordinator", "scalar"].map((name) => moved(name, `${name}_before_${TAIL}`)),
      ...["coordinator", "scalar"].map((name) => moved(`${name}_${TAIL}`, name)),
    ];
    expect(changes).toEqual(mode === "side-by-side" ? [] : renamed);
    expect(steps.flatMap((step) => step.deletes)).toEqual([]);
  },
);

test("every step says how to get back to before it", () => {
  for (const mode of ["in-place", "side-by-side"] as const)
    for (const { undo } of describeJdbcPlan(ledgerAndAuditor(mode), NOW_MS).steps)
      expect(undo).toMatch(/nothing to undo|restore abandon RUN|restore resume RUN/);
});

test("the text of a plan says what is discarded, what is kept and for how long, and what it takes", () => {
  const text = textOf(ledgerAndAuditor());
  expect(text).toContain('payments/ledger.dump.zst in bucket "dumps" (400.0 MB)');
  expect(text).toContain(
    "Every write since 2026-11-21T18:00:00Z is not in what is restored: 5 minutes of work",
  );
  expect(text).toContain(
    `Kept on db.example:5432 until you drop it: what "ledger" holds now (2 tables, 2.00 GB) as "ledger_before_${TAIL}".`,
  );
  expect(text).toContain("carries no users and no passwords");
  expect(text).toContain("about 4.00 GB more on the server");
  expect(text).toContain("No restore point is lost");
  expect(text).not.toContain("which the configuration names now");
});

test("side by side nothing is given up", () => {
  const text = textOf(ledgerAndAuditor("side-by-side"));
  expect(text).toContain("the original and its instances go on as they are");
  expect(text).not.toMatch(/Every write since|is kept as|start the instances/);
});

test("the text of a plan says that the server is another one, and what it has already", () => {
  const server = { engine: "postgresql", host: "new.example", port: 5433, database: "ledger" } as const;
  const looked = lookedAtDump("ledger", capturedOf("ledger"), { server });
  const elsewhere =
    "was taken from db.example:5432, and is restored to new.example:5433, which the configuration names now";
  const full = textOf(planOf([looked]));
  expect(full).toContain(`${elsewhere}, where "ledger" is there already; db.example:5432 is not touched`);
  const found = looked.found && { ...looked.found, present: [] };
  const empty = textOf(planOf([{ ...looked, ...(found && { found }) }]));
  expect(empty).toContain(`${elsewhere}, where there is nothing under its names yet`);
  expect(empty).toContain("Nothing is discarded: there are no tables under the names that are restored");
});
