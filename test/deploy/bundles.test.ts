import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BundleSize, bundleAll, filesOf, OPTIONS } from "../../deploy/bundles.ts";
import { DUMP, FUNCTION_NAMES } from "../../deploy/function-names.ts";
import type { SqlAddress } from "../../shared/databases/sql/sql.ts";
import { ownMariadb } from "../databases/sql/own-mariadb.ts";
import { ownPostgresql } from "../databases/sql/own-postgresql.ts";

const MOST_START_BYTES = 1_400_000;
const MOST_BYTES = 5_500_000;
const TEST_MS = 60_000;
/** What few deployments need, by the folders that it comes from. */
const RARE =
  /node_modules\/(?:pg|pg-cursor|mysql2|@kubernetes\/client-node|@aws-sdk\/client-(?:rds|ecs))\/|shared\/databases\/managed\/(?:rds|flexible)\/|shared\/databases\/jdbc\/(?:mysql|postgresql)\//;
const NAMES = [...FUNCTION_NAMES, DUMP] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-bundles-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the bundles", { timeout: TEST_MS }, () => {
  let sizes: readonly BundleSize[];
  beforeAll(async () => {
    sizes = await bundleAll(join(folder, "dist"));
  }, TEST_MS);

  test.each(NAMES)("%s is small, and smaller when it starts", async (name) => {
    const { startBytes = Number.NaN, bytes = Number.NaN } = sizes.find((one) => one.name === name) ?? {};
    expect(startBytes).toBeLessThan(MOST_START_BYTES);
    expect(bytes).toBeLessThan(MOST_BYTES);
    const files = await readdir(join(folder, "dist", name));
    const lengths = await Promise.all(
      files.map(async (file) => (await readFile(join(folder, "dist", name, file))).length),
    );
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(bytes);
  });

  test("load no driver, no adapter of managed servers and no client for Kubernetes until they are needed", async () => {
    const entryPoints = Object.fromEntries(NAMES.map((name) => [name, join("functions", name, "aws.ts")]));
    const { metafile } = await build({ ...OPTIONS, entryPoints });
    const inputsOf = (kinds?: readonly string[]) => (name: string) => {
      const files = new Set(filesOf(`${name}.mjs`, metafile, kinds));
      const outputs = Object.entries(metafile.outputs).filter(([path]) => files.has(basename(path)));
      return outputs.flatMap(([, { inputs }]) => Object.keys(inputs).filter((input) => RARE.test(input)));
    };
    expect(NAMES.flatMap(inputsOf(["import-statement"]))).toEqual([]);
    const later = inputsOf()("verify").join("\n");
    for (const needed of ["node_modules/pg/", "node_modules/mysql2/", "managed/rds/"])
      expect(later).toContain(needed);
  });
});

describe("the drivers of databases", { timeout: TEST_MS }, () => {
  test.each(["postgresql", "mysql"] as const)("speak to a server of %s out of a bundle", async (engine) => {
    const entry = await bundled("shared/databases/sql/open-sql.ts");
    const own = engine === "mysql" ? await ownMariadb() : await ownPostgresql();
    try {
      const address = typeof own.address === "function" ? own.address() : own.address;
      expect(await asked(entry, address)).toBe('[{"answer":"42"}]');
    } finally {
      await own.end();
    }
  });
});

/** A part of the code as the functions have it, alone in a folder: nothing beside it can be found by mistake. */
async function bundled(source: string): Promise<string> {
  const place = await mkdtemp(join(folder, "part-"));
  const { outputFiles } = await build({ ...OPTIONS, entryPoints: { part: source } });
  for (const { path, contents } of outputFiles) await writeFile(join(place, basename(path)), contents);
  return join(place, "part.mjs");
}

async function asked(entry: string, address: SqlAddress): Promise<string> {
  const code = `
    const { openSql } = await import(process.argv[1]);
    const sql = await openSql(JSON.parse(process.argv[2]));
    console.log(JSON.stringify(await sql.query("SELECT '42' AS answer")));
    sql.close();`;
  const words = ["--input-type=module", "--eval", code, entry, JSON.stringify(address)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  return (await text(child.stdout)).trim();
}
