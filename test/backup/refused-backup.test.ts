import { expect, test } from "vitest";
import { backup } from "../../shared/backup/backup.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import { drive } from "../workflow/drive.ts";
import { failing, INPUT, type Mischief, SmallWorld } from "./small-world.ts";

function refusal(prepare: (world: SmallWorld) => unknown, mischief?: Mischief) {
  const world = new SmallWorld(mischief);
  prepare(world);
  let code: string | undefined;
  try {
    drive(backup(INPUT), world.answer);
  } catch (error) {
    code = codeOf(error);
  }
  return { code, world };
}

test("nothing is paused while somebody else's pause is seen", () => {
  const { code, world } = refusal((each) => each.closed.add("10.0.0.2:50053"));
  expect(code).toBe("ALREADY_PAUSED");
  expect(world.count("pause") + world.count("unpause")).toBe(0);
  expect(world.leaseHolder).toBeUndefined();
});

test.each([
  ["INSTANCE_UNREACHABLE", (world: SmallWorld) => world.silent.add("10.0.0.1:50053")],
  ["LEASE_HELD", (world: SmallWorld) => Object.assign(world, { leaseHolder: "another" })],
  ["NOT_PROTECTED", (world: SmallWorld) => world.problems.push("no PITR")],
  [
    "INSTANCES_NOT_FOUND",
    (world: SmallWorld) => Object.assign(world.discovery, { disagreement: "two answers" }),
  ],
] as const)("a backup is refused with %s before anything is paused", (wanted, prepare) => {
  const { code, world } = refusal(prepare);
  expect(code).toBe(wanted);
  expect(world.count("pause")).toBe(0);
});

test("a database whose clock cannot be measured refuses the backup before anything is paused", () => {
  const { code, world } = refusal(() => undefined, failing("probe-clock", 1, "CLOCK_UNMEASURED"));
  expect(code).toBe("CLOCK_UNMEASURED");
  expect(world.count("pause")).toBe(0);
});

test("nothing is paused while an earlier pause of the same instances may still have something under way", () => {
  const early = refusal((each) => Object.assign(each, { unsettledPauses: ["pause-0"] }));
  expect(early.code).toBe("PAUSE_UNSETTLED");
  expect(early.world.count("pause") + early.world.count("unpause")).toBe(0);
});

test.each([3_000, -3_000])(
  "nothing is paused when this host's clock was set by %i ms during the preparation",
  (ms) => {
    const { code, world } = refusal(
      () => undefined,
      (effect, each) => {
        if (effect.kind === "probe-clock") each.wallStepMs = ms;
        return undefined;
      },
    );
    expect(code).toBe("CLOCK_UNMEASURED");
    expect(world.count("pause")).toBe(0);
  },
);

test("nothing is paused when the preparation took so long that the lease would end inside the pause", () => {
  const { code, world } = refusal(
    () => undefined,
    (effect, each) => {
      if (effect.kind === "probe-clock") each.oursMs += 121_000;
      return undefined;
    },
  );
  expect(code).toBe("PREPARATION_TIMED_OUT");
  expect(world.count("pause")).toBe(0);
});
