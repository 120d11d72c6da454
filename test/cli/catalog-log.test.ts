import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { catalogLogOf } from "../../functions/cli/catalog-log.ts";
import { openCatalog } from "../../functions/cli/opening.ts";
import { type Shell, shellOf } from "../../functions/cli/shell.ts";
import { type RehearsalDynamodb, startDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";
import { readLogs } from "../../shared/catalog/transfer/read-logs.ts";
import { newTable } from "../catalog/dynamodb/new-table.ts";
import "../catalog/dynamodb/world.ts";
import { aPause, aPoint } from "../catalog/examples.ts";
import { linesOf } from "../catalog/transfer/full-catalog.ts";
import { configured, NOWHERE } from "./stillpoint.ts";

let dynamodb: RehearsalDynamodb;
beforeAll(async () => {
  dynamodb = await startDynamodb();
});
afterAll(() => dynamodb.close());

/** A shell at a terminal or not, with what it was told. */
function shellWith(config: string, watched: boolean) {
  const warned: string[] = [];
  const logged: object[] = [];
  const shell: Shell = {
    ...shellOf({ config }),
    watched,
    warn: (line) => warned.push(line),
    log: (entry) => logged.push(entry),
  };
  return { shell, warned, logged };
}

async function onDynamodb() {
  const address = await newTable(dynamodb.endpoint);
  return configured({ payments: NOWHERE }, undefined, { catalog: { kind: "dynamodb", ...address } });
}

test("at a terminal what is written goes to a file beside the configuration, which is named once", async () => {
  await using world = await onDynamodb();
  const file = join(world.folder, "stillpoint-catalog.log");
  const { shell, warned, logged } = shellWith(world.config, true);
  const startedMs = Date.now();
  await openCatalog(shell).catalog.points.create(aPoint("payments-1"));
  await openCatalog(shell).catalog.pauses.create(aPause("p-1"));
  expect(warned).toEqual([`catalog log  ${file}`]);
  expect(logged).toEqual([]);
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe("600");
  const next = shellWith(world.config, true);
  await openCatalog(next.shell).catalog.points.create(aPoint("payments-2"));
  expect(next.warned).toEqual([`catalog log  ${file}`]);
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  const { contents, problems, coverage } = await readLogs([{ name: file, lines: linesOf(lines) }]);
  expect(problems).toEqual([]);
  expect(contents.records.map(({ id }) => id)).toEqual(["payments-1", "p-1", "payments-2"]);
  expect(coverage.logged?.fromMs).toBeGreaterThanOrEqual(startedMs);
});

test("elsewhere what is written goes on to standard error", async () => {
  await using world = await onDynamodb();
  const { shell, warned, logged } = shellWith(world.config, false);
  await openCatalog(shell).catalog.points.create(aPoint("payments-1"));
  expect(logged).toMatchObject([{ kind: "catalog-record", id: "payments-1" }]);
  expect(warned).toEqual([]);
  await expect(stat(join(world.folder, "stillpoint-catalog.log"))).rejects.toThrow("ENOENT");
});

test("a catalog log that cannot be written is told once, and the catalog is written all the same", async () => {
  await using world = await onDynamodb();
  await mkdir(join(world.folder, "stillpoint-catalog.log"));
  const { shell, warned } = shellWith(world.config, true);
  const { catalog } = openCatalog(shell);
  await catalog.points.create(aPoint("payments-1"));
  await catalog.points.create(aPoint("payments-2"));
  expect(warned).toEqual([expect.stringMatching(/^warning: cannot write the catalog log ".*": EISDIR/)]);
  expect((await catalog.points.list()).records).toHaveLength(2);
});

test("a catalog in a folder leaves no log", async () => {
  await using world = await configured();
  const { shell, warned } = shellWith(world.config, true);
  await openCatalog(shell).catalog.points.create(aPoint("payments-1"));
  expect(warned).toEqual([]);
  expect(catalogLogOf(shell, world.config)).toBe(catalogLogOf(shell, world.config));
});
