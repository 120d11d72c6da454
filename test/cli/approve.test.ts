import { afterAll, beforeAll, expect, test } from "vitest";
import { PlanOutput } from "../../functions/cli/json/run.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { stillpoint } from "./stillpoint.ts";

const TEST_MS = 60_000;
let world: GatedWorld;
const typed = (...words: string[]) => stillpoint(["-c", world.config, ...words]);

beforeAll(async () => {
  world = await gatedWorld();
}, TEST_MS);
afterAll(async () => world[Symbol.asyncDispose]());

test(
  "a plan that was approved by its digest is carried out without its name being typed",
  async () => {
    expect(await typed("backup")).toMatchObject({ status: 0 });
    const planned = await typed("plan", "--at", new Date().toISOString().replace(/\.\d+/, ""), "--json");
    const { run, digest } = PlanOutput.parse(JSON.parse(planned.stdout)).plan;
    await world.stopInstances();

    const unnamed = await typed("approve", run);
    expect(unnamed).toMatchObject({ status: ERRORS.USAGE.exit });
    const other = await typed("approve", run, "--digest", `${digest.slice(0, -1)}x`);
    expect(other).toMatchObject({ status: ERRORS.APPROVAL_REFUSED.exit });
    expect(other.stderr).toContain(digest);
    const short = await typed("approve", run, "--digest", digest.slice(0, 6));
    expect(short).toMatchObject({ status: ERRORS.APPROVAL_REFUSED.exit });
    expect(await typed("restore", "--plan", run)).toMatchObject({ status: ERRORS.CONFIRMATION_NEEDED.exit });

    const approved = await typed("approve", run, "--digest", digest.slice(0, 12));
    expect(approved.stdout).toContain(`stillpoint -c ${world.config} restore --plan ${run}`);
    expect(approved).toMatchObject({ status: 0 });
    expect((await typed("show", run)).stdout).toMatch(/approved .* on /);
    const misnamed = await typed("restore", "--plan", run, "--confirm", "orders");
    expect(misnamed).toMatchObject({ status: ERRORS.CONFIRMATION_NEEDED.exit });
    expect(misnamed.stderr).toContain('"orders" was typed');
    expect(await typed("restore", "--plan", run)).toMatchObject({ status: 0 });
    expect(await typed("approve", run, "--digest", digest)).toMatchObject({
      status: ERRORS.APPROVAL_REFUSED.exit,
    });
  },
  TEST_MS,
);
