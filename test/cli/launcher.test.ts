import { expect, test } from "vitest";
import { childOf, olderNode } from "./older-node.ts";
import { configured, LAUNCHER, start, stillpoint } from "./stillpoint.ts";
import { until } from "./until.ts";

const older = olderNode();
const onOlder = test.skipIf(older === undefined);

test("on a Node that is new enough the launcher is the command line", async () => {
  const { status, stdout } = await stillpoint(["--version"], { command: [process.execPath, LAUNCHER] });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(status).toBe(0);
});

onOlder("an older Node runs the command line on the project's own, exit status included", async () => {
  await using world = await configured();
  const good = await stillpoint(["-c", world.config, "list"], older);
  expect(good).toMatchObject({ status: 0, stderr: "" });
  const bad = await stillpoint(["lisst"], older);
  expect(bad.status).toBe(2);
  expect(bad.stderr).toContain("error USAGE");
});

onOlder("Ctrl-C, which reaches the whole process group, interrupts exactly once", async () => {
  await using world = await configured();
  const watch = start(["-c", world.config, "sweep", "--watch"], { ...older, detached: true });
  await watch.printed("sweeping every");
  process.kill(-Number(watch.child.pid), "SIGINT");
  const { status, stdout, stderr } = await watch.ended;
  expect(stderr.match(/Interrupted/g)).toHaveLength(1);
  expect(stdout).toContain("the sweep has ended");
  expect(status).toBe(0);
});

onOlder("a launcher that is killed takes the command with it, in good order", async () => {
  await using world = await configured();
  const watch = start(["-c", world.config, "sweep", "--watch"], older);
  await watch.printed("sweeping every");
  watch.child.kill("SIGKILL");
  // The streams are shared with the command itself: they close when it has ended too.
  const { signal, stdout } = await watch.ended;
  expect(signal).toBe("SIGKILL");
  expect(stdout).toContain("the sweep has ended");
});

onOlder("a command that dies by a signal is seen to have died by it", async () => {
  await using world = await configured();
  const watch = start(["-c", world.config, "sweep", "--watch"], older);
  await watch.printed("sweeping every");
  process.kill(childOf(Number(watch.child.pid)), "SIGKILL");
  expect((await watch.ended).signal).toBe("SIGKILL");
  await until(() => watch.child.signalCode === "SIGKILL");
});
