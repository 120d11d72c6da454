import { expect, test } from "vitest";
import { Life } from "../../workflow/mortal.ts";
import { LEDGER, ledgerAndAuditor, RUN } from "./example-plan.ts";
import { Situation, undisturbed } from "./situation.ts";

const TARGET = `${LEDGER}-sp-0a1b2c3d`;

test("a restored server that is torn stops the restore, with the originals under their names", async () => {
  const situation = new Situation(ledgerAndAuditor(), { torn: [TARGET] });
  const before = situation.names;
  expect(await situation.end()).toBe("COPY_DISPROVEN");
  expect(situation.said).toMatch(/a transaction is torn; no original was touched/);
  expect(situation.names).toEqual(expect.arrayContaining([...before]));
});

test("a server that the service gives up ends the restore", async () => {
  const situation = new Situation(ledgerAndAuditor(), { givenUp: [TARGET] });
  expect(await situation.end()).toBe("DATABASE_REFUSED");
  expect(await situation.abandon()).toBe("abandoned");
});

test("what the service refuses to set is told with what did not come back, and stops nothing", async () => {
  const situation = new Situation(ledgerAndAuditor("side-by-side"), { refused: [TARGET] });
  const { settingsDifferences } = await situation.run();
  expect(settingsDifferences[TARGET]).toEqual([
    'PreferredMaintenanceWindow: was "sun:18:00-sun:19:00", is "mon:03:00-mon:03:30"',
    `alarm "${LEDGER}-cpu" is not there`,
    "AWS refused the window",
  ]);
});

test("instances that run keep a restore in place from beginning", async () => {
  const situation = new Situation(ledgerAndAuditor(), { running: true });
  const before = situation.cloud.snapshot();
  expect(await situation.end()).toBe("INSTANCES_RUNNING");
  expect(situation.cloud.snapshot()).toEqual(before);
});

test("instances that were started between two lives of a run keep it from going on with the names", async () => {
  const { moments } = await undisturbed(ledgerAndAuditor());
  const situation = new Situation(ledgerAndAuditor());
  await situation.end(new Life(moments.indexOf("inside a rename") + 1));
  situation.cloud.running = true;
  expect(await situation.end()).toBe("INSTANCES_RUNNING");
  situation.cloud.running = false;
  expect(await situation.end()).toBe("done");
});

test("an original that was changed since the plan, or a name that is taken, stops the restore before it begins", async () => {
  const plan = ledgerAndAuditor();
  const changed = new Situation(plan);
  const original = changed.cloud.servers.get(LEDGER);
  if (original) original.set = { ...original.set, settings: { ...original.set.settings, Port: 5433 } };
  changed.cloud.destroyed.add(LEDGER);
  expect(await changed.end()).toBe("PLAN_OUTDATED");
  expect(changed.said).toMatch(/payments-ledger: Port: was not set, is 5433/);
  const taken = new Situation(plan);
  const [server] = plan.servers;
  if (server) taken.cloud.restore(server, "another-run");
  expect(await taken.end()).toBe("PLAN_OUTDATED");
  expect(taken.said).toContain(`"${TARGET}" is taken`);
});

test("a restore tells its phases in their order, and every server as it comes", async () => {
  const { situation } = await undisturbed(ledgerAndAuditor());
  const phases = situation.events.flatMap((event) => (event.kind === "phase" ? [event.phase] : []));
  expect(phases).toEqual(["check", "wait", "restore-server", "settings", "verify", "swap", "compare"]);
  const stages = situation.events.flatMap((event) =>
    event.kind === "server" ? [`${event.server} ${event.stage}`] : [],
  );
  expect(stages).toContain(`${TARGET} available`);
  expect(stages.at(-1)).toBe("payments-auditor swapped");
  expect(situation.plan.run).toBe(RUN);
});
