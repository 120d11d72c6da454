import { afterAll, beforeAll, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { ListOutput, ShowOutput } from "../../functions/cli/json/catalog.ts";
import { SweepOutput, UnpauseOutput } from "../../functions/cli/json/gates.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { start, stillpoint } from "./stillpoint.ts";
import { until } from "./until.ts";

let world: GatedWorld;
beforeAll(async () => {
  world = await gatedWorld();
}, 20_000);
afterAll(() => world[Symbol.asyncDispose]());

const words = (...some: string[]) => ["-c", world.config, ...some];
const closed = () => world.gates.map((gate) => gate.checkPaused());

test("Ctrl-C in the middle of a pause unpauses first and says so", { timeout: 30_000 }, async () => {
  const [draining] = world.gates;
  // A request that does not end: this instance's drain goes on until its gate is opened.
  await draining?.letIn();
  const backup = start(words("backup", "--json"));
  await until(() => closed().every(Boolean));
  backup.child.kill("SIGINT");
  const { status, stdout, stderr } = await backup.ended;
  expect(closed()).toEqual([false, false]);
  draining?.letOut();
  expect(stderr).toContain("Interrupted: whatever is paused is unpaused first");
  const result = BackupOutput.parse(JSON.parse(stdout));
  expect(result).toMatchObject({ verdict: "invalid", stillPaused: [], error: { code: "INTERRUPTED" } });
  expect(result.error?.message).toContain("every instance that it had paused is open again");
  expect(status).toBe(ERRORS.INTERRUPTED.exit);

  const listed = await stillpoint(words("list", "--all", "--json"));
  const { points, invalid } = ListOutput.parse(JSON.parse(listed.stdout));
  expect(points).toEqual([]);
  expect(invalid?.map(({ id }) => id)).toEqual([result.pause]);
  const shown = await stillpoint(words("show", result.pause ?? "", "--json"));
  expect(ShowOutput.parse(JSON.parse(shown.stdout))).toMatchObject({ pause: { verdict: "invalid" } });
  expect((await stillpoint(words("list", "--all"))).stdout).toContain("  because  ");
});

test("status names an instance that is paused though no backup is at work, and how to open it", async () => {
  const [gate] = world.gates;
  await gate?.pause(false, undefined);
  const { status, stdout } = await stillpoint(words("status"));
  expect(status).toBe(ERRORS.STILL_PAUSED.exit);
  expect(stdout).toContain("1 of 2; if nobody is at work on it: stillpoint unpause");
  gate?.unpause();
  expect((await stillpoint(words("status"))).status).toBe(0);
});

test("a second Ctrl-C exits at once and names what may be paused, though nobody reads the output", {
  timeout: 30_000,
}, async () => {
  const [draining, stubborn] = world.gates;
  await draining?.letIn();
  // An instance that takes the Unpause and stays shut keeps the backup at it until the deadline.
  const unpause = stubborn?.unpause.bind(stubborn);
  Object.assign(stubborn ?? {}, { unpause: () => {} });
  const backup = start(words("backup"));
  await backup.printed("instances");
  // What is printed from now on fails with EPIPE, as after `| head`.
  backup.child.stdout?.destroy();
  await until(() => closed().every(Boolean));
  backup.child.kill("SIGTERM");
  await backup.printed("Interrupted: ");
  await until(() => !draining?.checkPaused());
  backup.child.kill("SIGTERM");
  const { status, stderr } = await backup.ended;
  expect(stderr).toContain("error STILL_PAUSED: interrupted again");
  for (const address of world.addresses) expect(stderr).toContain(`"${address}"`);
  expect(stderr).toContain("stillpoint unpause");
  expect(status).toBe(ERRORS.STILL_PAUSED.exit);
  draining?.letOut();

  const swept = await stillpoint(words("sweep", "--json"));
  const kinds = SweepOutput.parse(JSON.parse(swept.stdout)).records.map(({ kind }) => kind);
  expect(kinds).toContain("not-due");
  const still = await stillpoint(words("unpause", "--json"));
  expect(still.status).toBe(ERRORS.STILL_PAUSED.exit);
  const { found, now } = UnpauseOutput.parse(JSON.parse(still.stdout));
  for (const look of [found, now]) expect(look.map(({ gate }) => gate)).toEqual(["open", "closed"]);
  // From now on the record is marked, and the backup's guard keeps at it too.
  Object.assign(stubborn ?? {}, { unpause });
  const opened = await stillpoint(words("unpause", "--json"));
  expect(UnpauseOutput.parse(JSON.parse(opened.stdout)).now.map(({ gate }) => gate)).toEqual([
    "open",
    "open",
  ]);
  expect(opened.status).toBe(0);
});
