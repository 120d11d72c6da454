import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ConfigFile } from "../../shared/config/file-schema.ts";
import { blocks, matches, textOf } from "./guide.ts";

const text = await textOf("commands.md");
const [sqlite = "", cassandra = ""] = blocks(text, "sh");
const PAUSE = "pause-payments-20261121T180000Z";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-recipes-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a recipe as `--run` does, with a folder of tools before all others. */
async function run(recipe: string, tools = "/usr/bin") {
  const env = { ...process.env, STILLPOINT_PAUSE: PAUSE, PATH: `${tools}:${process.env["PATH"]}` };
  const child = spawn("/bin/sh", ["-c", recipe], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const pipe of [child.stdout, child.stderr])
    pipe.on("data", (chunk) => {
      said += chunk;
    });
  const [status] = await once(child, "close");
  return { status, said };
}

test("the configuration of the guide is one, without databases", () => {
  const [whole = ""] = blocks(text, "yaml");
  expect(ConfigFile.parse(parse(whole)).deployments).toMatchObject({
    payments: { pause: { longest: 120_000 } },
  });
  expect(whole).not.toMatch(/^ +databases:/m);
});

test("the variables of the guide are those that a command has", async () => {
  const code = await readFile(new URL("../../shared/deployment/run-command.ts", import.meta.url), "utf8");
  const [table = ""] = matches(text, /^(\| variable[\s\S]*?)\n\n/gm);
  const names = (from: string) => [...new Set(matches(from, /(STILLPOINT_\w+)/g))].toSorted();
  expect(names(table)).toEqual(names(code));
});

const hasSqlite = spawnSync("sqlite3", ["-version"]).status === 0;
describe.skipIf(!hasSqlite)("the recipe for SQLite", () => {
  const here = (name: string) => {
    const [data, backups] = [join(folder, name), join(folder, `${name}-backups`)];
    const recipe = sqlite.replaceAll("/var/lib/scalardb", data).replaceAll("/var/backups", backups);
    return { data, backups, recipe };
  };

  test("copies what is committed, also from a write-ahead log that somebody holds open", async () => {
    const { data, backups, recipe } = here("good");
    await mkdir(data);
    await mkdir(backups);
    const database = new DatabaseSync(join(data, "ledger.db"));
    database.exec("PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (41), (42)");
    expect(await run(recipe)).toMatchObject({ status: 0 });
    database.close();
    expect(await readdir(backups)).toEqual([`ledger-${PAUSE}.db`]);
    const copy = new DatabaseSync(join(backups, `ledger-${PAUSE}.db`));
    expect(copy.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 2 });
    copy.close();
  });

  test("fails where the file is none, and leaves nothing under the name of a copy", async () => {
    const { data, backups, recipe } = here("bad");
    await mkdir(data);
    await mkdir(backups);
    await writeFile(
      join(data, "ledger.db"),
      "no database at all, but long enough to be taken for one".repeat(100),
    );
    expect((await run(recipe)).status).not.toBe(0);
    expect(await readdir(backups)).not.toContain(`ledger-${PAUSE}.db`);
  });
});

describe("the recipe for Cassandra", () => {
  /** In place of `nodetool`: notes what it was asked for, and fails on one node. */
  const toolsFailingOn = async (node: string) => {
    const tools = await mkdtemp(join(folder, "tools-"));
    const script = `#!/bin/sh\necho "$*" >> ${tools}/asked\nsleep 0.1\n[ "$2 $3" != "${node} snapshot" ]\n`;
    await writeFile(join(tools, "nodetool"), script);
    await chmod(join(tools, "nodetool"), 0o755);
    return { tools, asked: async () => (await readFile(join(tools, "asked"), "utf8")).trim().split("\n") };
  };

  test("takes a snapshot on every node, and succeeds where all do", async () => {
    const { tools, asked } = await toolsFailingOn("none");
    expect((await run(cassandra, tools)).status).toBe(0);
    const wanted = ["10.0.1.1", "10.0.1.2", "10.0.1.3"].map(
      (node) => `-h ${node} snapshot -t ${PAUSE} -- scalar coordinator scalardb`,
    );
    expect((await asked()).toSorted()).toEqual(wanted);
  });

  test.each(["10.0.1.1", "10.0.1.2", "10.0.1.3"])(
    "fails where %s fails, and clears the others",
    async (node) => {
      const { tools, asked } = await toolsFailingOn(node);
      const { status, said } = await run(cassandra, tools);
      expect(status).toBe(1);
      expect(said).toContain("1 of the nodes took no snapshot");
      expect((await asked()).filter((words) => words.includes("clearsnapshot"))).toHaveLength(3);
    },
  );
});
