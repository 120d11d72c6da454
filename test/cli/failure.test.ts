import { expect, test } from "vitest";
import { adviceOn, startCommand } from "../../functions/cli/failure.ts";
import { ERRORS } from "../../shared/errors/table.ts";

const run = { id: "restore-1", deployment: "payments", mode: "in-place", begun: true } as const;
const nextOf = (code: keyof typeof ERRORS, about: Parameters<typeof adviceOn>[1]) =>
  adviceOn({ code, message: "it was so" }, about).next;

test("a failure carries the words and the exit status of the table", () => {
  expect(adviceOn({ code: "LEASE_HELD", message: "it was so" }, {})).toEqual({
    code: "LEASE_HELD",
    message: "it was so",
    meaning: ERRORS.LEASE_HELD.meaning,
    next: ERRORS.LEASE_HELD.next,
    exit: ERRORS.LEASE_HELD.exit,
  });
});

test("the advice names the run that it is about", () => {
  expect(nextOf("TIMED_OUT", { run })).toBe("stillpoint restore resume restore-1");
  expect(nextOf("PLAN_OUTDATED", { run })).toBe(
    "stillpoint restore abandon restore-1, then: stillpoint plan --at TIME",
  );
});

test("an interrupted restore is resumed, and one that never began is begun", () => {
  expect(nextOf("INTERRUPTED", { run })).toBe("stillpoint restore resume restore-1");
  expect(nextOf("CONFIRMATION_NEEDED", { run })).toBe(
    "stillpoint restore resume restore-1 --confirm payments",
  );
  const planned = { ...run, begun: false };
  expect(nextOf("INTERRUPTED", { run: planned })).toBe(
    "stillpoint restore --plan restore-1 --confirm payments",
  );
  expect(nextOf("INSTANCES_RUNNING", { run: planned })).toBe(
    "Stop the instances, then: stillpoint restore --plan restore-1 --confirm payments",
  );
});

test("a catalog that was to be rebuilt is rebuilt by the same command, with what it adds to", () => {
  const rebuild = { files: ["a.log", "my b.log"], incomplete: true };
  expect(nextOf("CATALOG_NOT_EMPTY", { rebuild })).toMatch(
    /: stillpoint catalog rebuild a\.log 'my b\.log' --incomplete --merge$/,
  );
});

test("a restore side by side needs no confirmation", () => {
  expect(startCommand({ ...run, mode: "side-by-side" })).toBe("stillpoint restore --plan restore-1");
});

test("the advice can be typed as it stands: with the deployment and the configuration that were meant", () => {
  expect(nextOf("WINDOW_INVALID", { deployment: "orders" })).toBe(
    "Read the reasons, then: stillpoint backup orders",
  );
  expect(nextOf("LEASE_HELD", { config: "my files/s.yml" })).toBe("stillpoint -c 'my files/s.yml' status");
});
