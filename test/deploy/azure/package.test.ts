import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APPS } from "../../../deploy/azure/apps.ts";
import { commands } from "../../../deploy/azure/commands.ts";
import { namesOf } from "../../../deploy/azure/names.ts";
import { type Packaged, packageApps } from "../../../deploy/azure/package.ts";
import { loadConfig } from "../../../shared/config/load-config.ts";
import { writtenIn } from "../configurations.ts";
import { unpacked } from "../unpacked.ts";
import { SUBSCRIPTION } from "./arm-functions.ts";
import { FULL, LEAST, OTHER_SUBSCRIPTION } from "./configurations.ts";
import { FUNCTIONS } from "./deployed.ts";
import { TEMPLATES } from "./infra.ts";

/** Of what an app loads when it starts, and of everything. */
const MOST_START_BYTES = 2_100_000;
const MOST_BYTES = 7_600_000;

let folder: string;
let packaged: Packaged;
const dist = () => join(folder, "dist");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-azure-"));
  const config = loadConfig(await writtenIn(join(folder, "full"), FULL), {});
  packaged = await packageApps(config, dist());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(APPS)("the package of %s", (app) => {
  test("has at its root what the service looks for, and the configuration with its certificates", async () => {
    const there = join(folder, "unpacked", app);
    const names = await unpacked(join(dist(), `${app}.zip`), there);
    expect(names.filter((name) => name === "index.mjs" || !name.endsWith(".mjs"))).toEqual([
      "certificates/ca.pem",
      "certificates/client.pem",
      "certificates/cluster-ca.pem",
      "host.json",
      "index.mjs",
      "package.json",
      "stillpoint.yml",
    ]);
    expect(await readFile(join(there, "stillpoint.yml"), "utf8")).toBe(FULL);
    expect(JSON.parse(await readFile(join(there, "package.json"), "utf8"))).toMatchObject({
      type: "module",
      main: "index.mjs",
    });
    const root = new URL("../../../host.json", import.meta.url);
    expect(await readFile(join(there, "host.json"), "utf8")).toBe(await readFile(root, "utf8"));
  });

  test("loads on a bare Node, and registers what the templates speak of", async () => {
    const there = join(folder, "loaded", app);
    await unpacked(join(dist(), `${app}.zip`), there);
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--input-type=module", "--eval", LOADED],
      {
        cwd: there,
        env: { STILLPOINT_CONFIG: "stillpoint.yml" },
        encoding: "utf8",
      },
    );
    expect([status, stderr]).toEqual([0, ""]);
    const registered = JSON.parse(stdout) as readonly { name: string; authLevels: readonly string[] }[];
    const names = registered.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...FUNCTIONS[app]]));
    const levels = registered.flatMap(({ authLevels }) => authLevels);
    expect(levels.filter((level) => level !== "function")).toEqual([]);
  });

  test("is small, and most of it is only loaded when it is needed", () => {
    const size = packaged.sizes.find((one) => one.app === app);
    expect(size?.startBytes).toBeLessThan(MOST_START_BYTES);
    expect(size?.bytes).toBeLessThan(MOST_BYTES);
  });
});

test("the same configuration makes the same archives", async () => {
  const config = loadConfig(join(folder, "full", "prod.yml"), {});
  const again = join(folder, "again");
  await packageApps(config, again);
  for (const app of APPS)
    expect(await readFile(join(again, `${app}.zip`))).toEqual(await readFile(join(dist(), `${app}.zip`)));
});

test("every template gets its parameters, those of a subscription once for each", async () => {
  const files = (await readdir(dist())).filter((name) => name.endsWith(".parameters.json"));
  expect(files.sort()).toEqual(
    [
      ...["alerts", "apps", "events", "resources"].map((template) => `${template}.parameters.json`),
      ...["backup-role", "restore-role"].flatMap((template) =>
        [SUBSCRIPTION, OTHER_SUBSCRIPTION].map((one) => `${template}.${one}.parameters.json`),
      ),
    ].sort(),
  );
  for (const file of files)
    for (const given of Object.values(JSON.parse(await readFile(join(dist(), file), "utf8")).parameters))
      expect(Object.keys(given as object)).toEqual(["value"]);
});

test("the commands deploy every template with files that are there, in an order that works", async () => {
  const lines = commands(packaged.stack, "dist/azure");
  const templates = lines.flatMap((line) => /--template-file infra\/([a-z-]+)\.json/.exec(line)?.[1] ?? []);
  expect([...new Set(templates)]).toEqual(TEMPLATES);
  const there = await readdir(dist());
  const files = lines.flatMap((line) => /dist\/azure\/(\S+)/.exec(line)?.[1] ?? []);
  expect(files.filter((file) => !there.includes(file))).toEqual([]);
  const at = (what: string) => lines.findIndex((line) => line.includes(what));
  const order = ["infra/resources", "secret set", "infra/apps", "refresh", "config-zip", "infra/events"].map(
    at,
  );
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(order).not.toContain(-1);
});

test("a configuration that will not do makes nothing", async () => {
  const config = loadConfig(await writtenIn(join(folder, "wrong"), LEAST.replace(/azure: .*/, "")), {});
  await expect(packageApps(config, join(folder, "none"))).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
  expect(await readdir(folder)).not.toContain("none");
});

test("names are the same whenever they are made, and others in another resource group", () => {
  const { azure, names } = packaged.stack;
  expect(namesOf(azure)).toEqual(names);
  expect(names.sites.backup).toMatch(/^sp-prod-backup-[a-z0-9]{6}$/);
  expect(names.accounts.backup).toMatch(/^spprodbackup[a-z0-9]{6}$/);
  expect(namesOf({ ...azure, resourceGroup: "other" }).sites.backup).not.toBe(names.sites.backup);
});

/** What the worker of the service does: it answers the one `require` that is in no registry, then loads `main`. */
const LOADED = `
import Module from "node:module";
const registered = [];
const core = {
  registerFunction: ({ name, bindings }) =>
    registered.push({ name, authLevels: Object.values(bindings).flatMap(({ type, authLevel }) => type === "httpTrigger" ? [authLevel] : []) }),
  registerHook: () => ({ dispose() {} }),
  setProgrammingModel: () => undefined,
  version: "0",
};
const original = Module.prototype.require;
Module.prototype.require = function (id) {
  return id === "@azure/functions-core" ? core : original.call(this, id);
};
await import(process.cwd() + "/index.mjs");
console.log(JSON.stringify(registered));
process.exit(0);
`;
