import { readFile, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type * as z from "zod";
import { ListOutput } from "../../functions/cli/json/catalog.ts";
import { StatusOutput } from "../../functions/cli/json/gates.ts";
import {
  CreateCatalogOutput,
  ExportCatalogOutput,
  ImportCatalogOutput,
} from "../../functions/cli/json/transfer.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { KEY_ENV, startAzurite } from "../azurite.ts";
import { aPause, aPoint, aRun } from "../catalog/examples.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { configured, stillpoint } from "./stillpoint.ts";

/** The tests that use it tell one story, in order: from a folder into a table, and back from its log lines. */
let world: GatedWorld;
let inTable = "";
const log: string[] = [];

beforeAll(async () => {
  world = await gatedWorld();
  inTable = await configuredWith("table.yml", {
    kind: "dynamodb",
    table: "stillpoint-catalog",
    region: world.endpoint.region,
    endpoint: world.endpoint.url,
  });
}, 20_000);
afterAll(() => world[Symbol.asyncDispose]());

/** The same deployments with another catalog. */
async function configuredWith(name: string, catalog: object): Promise<string> {
  const settings = parse(await readFile(world.config, "utf8")) as object;
  const file = join(world.folder, name);
  await writeFile(file, stringify({ ...settings, catalog }));
  return file;
}

async function json<T>(config: string, schema: z.ZodType<T>, ...words: string[]) {
  const { stdout, stderr, status } = await stillpoint(["-c", config, ...words, "--json"]);
  return { said: schema.parse(JSON.parse(stdout)), stderr, status };
}

const exportFile = () => join(world.folder, "catalog.jsonl");

test("a catalog is exported to a file that nobody else may read and that is never written over", async () => {
  expect((await stillpoint(["-c", world.config, "backup"])).status).toBe(0);
  const { said, status } = await json(world.config, ExportCatalogOutput, "catalog", "export", exportFile());
  expect(said).toMatchObject({ file: exportFile(), unreadable: [], entries: 0 });
  expect(said.records).toBeGreaterThanOrEqual(3);
  expect(status).toBe(0);
  expect(((await stat(exportFile())).mode & 0o777).toString(8)).toBe("600");
  const again = await stillpoint(["-c", world.config, "catalog", "export", exportFile()]);
  expect(again.stderr).toContain("it exists already; name another file; nothing was done");
  expect(again.status).toBe(ERRORS.USAGE.exit);
  const printed = await stillpoint(["-c", world.config, "catalog", "export"]);
  expect(withoutHeartbeats(printed.stdout)).toBe(withoutHeartbeats(await readFile(exportFile(), "utf8")));
});

test("the table is missing until it is created, and is created once", async () => {
  const missing = await stillpoint(["-c", inTable, "list"]);
  expect(missing.stderr).toContain('create the table with "stillpoint catalog create"');
  expect(missing.status).toBe(ERRORS.CATALOG_UNREADABLE.exit);
  const { said } = await json(inTable, CreateCatalogOutput, "catalog", "create");
  expect(said).toMatchObject({
    table: "stillpoint-catalog",
    created: true,
    pointInTimeRecovery: "switched on",
  });
  const again = await stillpoint(["-c", inTable, "catalog", "create"]);
  expect(again.stdout).toMatch(/^table "stillpoint-catalog" in ".*" was there\n {2}deletion .*was on\n/);
  expect(again.status).toBe(0);
});

test("an export is imported into the table, and each record leaves as a log line", async () => {
  const { stdout, stderr, status } = await stillpoint(["-c", inTable, "catalog", "import", exportFile()]);
  expect(stdout).toMatch(/^written: 1 pause, 1 lease, 1 restore point\n/);
  expect(status).toBe(0);
  log.push(stderr);
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { collection: string });
  expect(lines.map(({ collection }) => collection)).toEqual(["pauses", "leases", "points"]);
  const [before, after] = [
    await json(world.config, ListOutput, "list"),
    await json(inTable, ListOutput, "list"),
  ];
  expect(after.said).toEqual(before.said);
  const second = await stillpoint(["-c", inTable, "catalog", "import", exportFile()]);
  expect(second.stderr).toContain("error CATALOG_NOT_EMPTY");
  expect(second.status).toBe(ERRORS.CATALOG_NOT_EMPTY.exit);
  const merged = await json(inTable, ImportCatalogOutput, "catalog", "import", exportFile(), "--merge");
  expect(merged.said).toMatchObject({ records: {}, kept: 3 });
});

test("a backup with its guard works on the table", { timeout: 20_000 }, async () => {
  const { status, stdout, stderr } = await stillpoint(["-c", inTable, "backup"]);
  expect(stdout).toContain("payments: valid, restore point payments-");
  expect(status).toBe(0);
  log.push(stderr);
  const { said } = await json(inTable, StatusOutput, "status");
  expect(said.deployments[0]).toMatchObject({ deployment: "payments", openPauses: [] });
});

test("a lost table is rebuilt from the log lines that it left", async () => {
  const rebuilt = await configuredWith("rebuilt.yml", { kind: "file", path: "./rebuilt" });
  const lines = log.join("").trim().split("\n");
  const [plain, packed] = [join(world.folder, "a.log"), join(world.folder, "b.log.gz")];
  const half = Math.floor(lines.length / 2);
  await writeFile(
    plain,
    lines
      .slice(half)
      .map((message) => `${JSON.stringify({ timestamp: 1, message })}\n`)
      .join(""),
  );
  await writeFile(
    packed,
    gzipSync(
      lines
        .slice(0, half)
        .map((line) => `2026-11-25T00:00:00.000Z ${line}\n`)
        .join(""),
    ),
  );
  const { said, status } = await json(rebuilt, ImportCatalogOutput, "catalog", "rebuild", plain, packed);
  expect(said).toMatchObject({ records: { pauses: 2, leases: 1, points: 2 }, problems: [] });
  expect(said.ignored).toBeGreaterThan(0);
  expect(status).toBe(0);
  const [lost, found] = [
    await json(inTable, ListOutput, "list", "--all"),
    await json(rebuilt, ListOutput, "list", "--all"),
  ];
  expect(found.said).toEqual(lost.said);
  expect(found.said.points).toHaveLength(2);
  const { taken, logged } = said.covers ?? {};
  expect(logged?.fromMs).toBe(1);
  expect(logged?.toMs).toBe(Date.parse("2026-11-25T00:00:00.000Z"));
  expect(taken?.fromMs).toBeLessThan(taken?.toMs ?? 0);
  const refused = await stillpoint(["-c", rebuilt, "catalog", "rebuild", plain, packed]);
  expect(refused.stderr).toContain(
    `to add what is absent: stillpoint -c ${rebuilt} catalog rebuild ${plain} ${packed} --merge\n`,
  );
  expect(refused.status).toBe(ERRORS.CATALOG_NOT_EMPTY.exit);
  const point = join(world.folder, "rebuilt", "points", `${found.said.points[0]?.id}.json`);
  await unlink(point);
  const merged = await json(rebuilt, ImportCatalogOutput, "catalog", "rebuild", plain, packed, "--merge");
  expect(merged.said).toMatchObject({ records: { points: 1 }, kept: 4 });
  expect((await json(rebuilt, ListOutput, "list", "--all")).said).toEqual(lost.said);
});

test("an Azure table is created, filled from an export, backed up to, and rebuilt from its log lines", {
  timeout: 40_000,
}, async () => {
  await using azurite = await startAzurite();
  const onAzure = await configuredWith("azure.yml", { kind: "azure-table", ...azurite.table });
  const run = (...words: string[]) => stillpoint(["-c", onAzure, ...words], { env: KEY_ENV });
  const keyless = await stillpoint(["-c", onAzure, "catalog", "create"]);
  expect(keyless.stderr).toContain("it is not set; nothing was contacted");
  expect(keyless.status).toBe(ERRORS.CONFIG_INVALID.exit);
  const missing = await run("list");
  expect(missing.stderr).toContain('create the table with "stillpoint catalog create"');
  const created = await run("catalog", "create");
  expect(created.stdout).toMatch(/^table "stillpoint" in account "devstoreaccount1" was created\n/);
  expect(created.stdout).toContain("az lock create");
  expect(created.stdout.replaceAll(/\s+/g, " ")).toContain(`stillpoint -c ${onAzure} catalog export FILE`);
  const again = await run("catalog", "create", "--json");
  expect(CreateCatalogOutput.parse(JSON.parse(again.stdout))).toEqual({
    table: "stillpoint",
    account: "devstoreaccount1",
    created: false,
    deletionProtection: "none",
    pointInTimeRecovery: "none",
  });
  const imported = await run("catalog", "import", exportFile());
  expect(imported.stdout).toMatch(/^written: 1 pause, 1 lease, 1 restore point\n/);
  const backup = await run("backup");
  expect(backup.stdout).toContain("payments: valid, restore point payments-");
  const exported = join(world.folder, "azure.jsonl");
  expect((await run("catalog", "export", exported)).status).toBe(0);
  expect(await readFile(exported, "utf8")).toContain('"kind":"catalog-export-end"');
  const logFile = join(world.folder, "azure.log");
  await writeFile(logFile, imported.stderr + backup.stderr);
  const elsewhere = await configuredWith("azure-2.yml", {
    kind: "azure-table",
    ...azurite.table,
    table: "rebuilt",
  });
  const there = (...words: string[]) => stillpoint(["-c", elsewhere, ...words], { env: KEY_ENV });
  await there("catalog", "create");
  expect((await there("catalog", "rebuild", logFile)).status).toBe(0);
  const [lost, found] = [await run("list", "--json"), await there("list", "--json")];
  expect(ListOutput.parse(JSON.parse(found.stdout))).toEqual(ListOutput.parse(JSON.parse(lost.stdout)));
  expect(ListOutput.parse(JSON.parse(found.stdout)).points).toHaveLength(2);
});

test("a catalog in a folder needs no creation, and is told so", async () => {
  await using one = await configured();
  const { stderr, status } = await stillpoint(["-c", one.config, "catalog", "create"]);
  expect(stderr).toContain("there is nothing to create");
  expect(status).toBe(ERRORS.USAGE.exit);
});

test("what an export cannot read is named, and the rest is exported", async () => {
  await using one = await configured();
  await catalogOver(fileStore(join(one.folder, "catalog"))).points.create(aPoint("payments-1"));
  await writeFile(join(one.folder, "catalog", "points", "torn.json"), "{");
  const { said, status } = await json(
    one.config,
    ExportCatalogOutput,
    "catalog",
    "export",
    join(one.folder, "x"),
  );
  expect(said).toMatchObject({ records: 1, unreadable: [expect.stringContaining("torn.json")] });
  expect(status).toBe(ERRORS.CATALOG_DAMAGED.exit);
  const bare = await stillpoint(["-c", one.config, "catalog", "export", "--json"]);
  expect(bare.status).toBe(ERRORS.USAGE.exit);
});

test("bad input is told all that is wrong with it, and touches nothing", async () => {
  await using one = await configured();
  const file = join(one.folder, "bad.jsonl");
  await writeFile(file, 'nonsense\n{"kind":"catalog-record"}\n');
  const bad = await stillpoint(["-c", one.config, "catalog", "import", file]);
  expect(bad.stderr).toMatch(
    /line 1 is no JSON\n {2}line 2 is no line .*\n {2}the end is missing: the file was cut/,
  );
  expect(bad.status).toBe(ERRORS.CATALOG_DAMAGED.exit);
  const absent = await stillpoint(["-c", one.config, "catalog", "rebuild", join(one.folder, "absent.log")]);
  expect(absent.stderr).toMatch(
    /cannot read ".*absent\.log": there is no such file or folder; nothing was done/,
  );
  expect(absent.status).toBe(ERRORS.USAGE.exit);
  await writeFile(file, gzipSync("START\n".repeat(1_000)).subarray(0, 20));
  expect((await stillpoint(["-c", one.config, "catalog", "rebuild", file])).status).toBe(ERRORS.USAGE.exit);
  await writeFile(file, "START RequestId\n");
  const strange = await stillpoint(["-c", one.config, "catalog", "rebuild", file]);
  expect(strange.stderr).toContain("no line of 1 line tells of a catalog");
  expect(strange.status).toBe(ERRORS.CATALOG_DAMAGED.exit);
  await expect(stat(join(one.folder, "catalog"))).rejects.toThrow("ENOENT");
});

test("log lines with gaps are refused, and with --incomplete what there is comes back", async () => {
  await using one = await configured();
  const file = join(one.folder, "lines.log");
  const lines = [
    {
      kind: "catalog-record",
      collection: "runs",
      id: "r",
      revision: 1,
      value: aRun("r", { state: "failed" }),
    },
    { kind: "catalog-record", collection: "pauses", id: "p", revision: 1, value: aPause("p") },
    { kind: "catalog-journal", run: "r", index: 0, entry: "first" },
    { kind: "catalog-journal", run: "r", index: 2, entry: "third" },
  ];
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const refused = await stillpoint(["-c", one.config, "catalog", "rebuild", file]);
  expect(refused.stderr).toContain('journal "r" lacks entry 1, and has 1 after it');
  expect(refused.status).toBe(ERRORS.CATALOG_DAMAGED.exit);
  await writeFile(file, "START RequestId\n", { flag: "a" });
  const { stdout, status } = await stillpoint(["-c", one.config, "catalog", "rebuild", file, "--incomplete"]);
  expect(stdout).toContain('missing: journal "r" lacks entry 1');
  expect(stdout).toMatch(/^covers: restore points and pauses taken from \d\S+Z to \d\S+Z$/m);
  expect(stdout).toMatch(/^covers: lines that do not say when they were logged$/m);
  expect(stdout).toMatch(/^ignored: 1 line that tells of something else$/m);
  expect(status).toBe(0);
  const { pauses, journal } = catalogOver(fileStore(join(one.folder, "catalog")));
  expect((await pauses.open()).records.map(({ id }) => id)).toEqual(["p"]);
  expect(await journal.read("r")).toEqual(["first"]);
});

/** The guard of the backup before may beat once more between two exports. */
function withoutHeartbeats(lines: string): string {
  return lines
    .split("\n")
    .filter((line) => !line.includes('"collection":"sweeps"'))
    .join("\n");
}
