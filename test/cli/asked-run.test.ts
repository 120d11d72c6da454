import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { type Request, SCHEMA } from "../../shared/catalog/model.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { stillpoint } from "./stillpoint.ts";

let world: GatedWorld;
let catalog: Catalog;
beforeAll(async () => {
  world = await gatedWorld();
  catalog = catalogOver(fileStore(join(dirname(world.config), "catalog")));
}, 20_000);
afterAll(() => world[Symbol.asyncDispose]());

const backup = (...words: readonly string[]) =>
  stillpoint(["-c", world.config, "backup", "--json", ...words]);
const requested = (id: string, rest: Partial<Request> = {}) =>
  catalog.requests.create({
    schema: SCHEMA,
    id,
    deployment: "payments",
    kind: "backup",
    receivedMs: Date.now(),
    state: "taken",
    run: id,
    ...rest,
  });
const pauses = async () => (await catalog.pauses.list()).records.length;

test("a backup takes over what was asked for by its name, and writes down what came of it", async () => {
  await requested("backup-payments-asked");
  expect((await backup("--as", "backup-payments-asked")).status).toBe(0);
  const { record } = await catalog.requests.get("backup-payments-asked");
  expect(record).toMatchObject({ state: "done", carriedBy: expect.any(String) });
  const { records } = await catalog.pauses.list();
  expect(records.map(({ run }) => run)).toContain("backup-payments-asked");
});

test("a backup by a name that was used before is taken once", async () => {
  expect((await backup("--as", "backup-payments-own")).status).toBe(0);
  const before = await pauses();
  const { status, stdout } = await backup("--as", "backup-payments-own");
  expect(status).toBe(ERRORS.CATALOG_CONFLICT.exit);
  expect(JSON.parse(stdout).error.message).toContain('"backup-payments-own" of "payments" has ended before');
  expect(await pauses()).toBe(before);
});

test.each([
  ["backup-payments-theirs", { carriedBy: "task-1" }, 'is carried out by "task-1"'],
  ["backup-payments-refused", { state: "refused" }, "has ended before: it is refused"],
  ["restore-asked", { kind: "restore" }, 'was asked for as a restore of "payments"'],
  ["backup-other", { deployment: "orders" }, 'was asked for as a backup of "orders"'],
] as const)("%s is left alone, as its request stands", async (id, rest, why) => {
  await requested(id, rest);
  const before = (await catalog.requests.get(id)).record;
  const { status, stdout } = await backup("--as", id);
  expect(status).toBe(ERRORS.CATALOG_CONFLICT.exit);
  expect(JSON.parse(stdout).error.message).toContain(why);
  expect((await catalog.requests.get(id)).record).toEqual(before);
});

test("what keeps a backup from its work is written into the request", async () => {
  await requested("backup-payments-alone");
  const { status } = await backup("--as", "backup-payments-alone", "--require-sweep");
  expect(status).toBe(ERRORS.SWEEP_SILENT.exit);
  expect((await catalog.requests.get("backup-payments-alone")).record).toMatchObject({
    state: "refused",
    failure: { code: "SWEEP_SILENT" },
  });
});

test("a name that no record could have is refused", async () => {
  const { status, stdout } = await backup("--as", "../backup");
  expect(status).toBe(ERRORS.USAGE.exit);
  expect(JSON.parse(stdout).error.message).toContain('(it is "../backup"); nothing was done');
});
