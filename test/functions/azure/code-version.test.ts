import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { build, type Plugin } from "esbuild";
import { expect, test } from "vitest";
import { OPTIONS } from "../../../deploy/bundles.ts";

const APPS = { backup: "functions/azure/backup-app.ts", restore: "functions/azure/restore-app.ts" };
/** At work from the start, and loaded when it is needed, in a file of its own. */
const ELSEWHERE = ["shared/restore/cosmosdb/restore.ts", "shared/parts/blob-parts.ts"];

/** As after somebody has changed this file. */
const changed = (path: string): Plugin => ({
  name: "changed",
  setup: ({ onLoad }) => {
    onLoad({ filter: new RegExp(`${path}$`) }, async ({ path: file }) => ({
      contents: `${await readFile(file, "utf8")}\nglobalThis.changed = true;\n`,
      loader: "ts",
    }));
  },
});

/** The file of the build whose content is the version of the code, and the others. */
async function built(...plugins: Plugin[]) {
  const options = { ...OPTIONS, external: ["@azure/functions-core"], entryPoints: APPS, plugins };
  const { metafile, outputFiles } = await build(options);
  const hashed = Object.entries(metafile.outputs).find(
    ([, { inputs }]) => "functions/azure/code-version.ts" in inputs,
  );
  const name = basename(hashed?.[0] ?? "");
  const content = outputFiles.find(({ path }) => basename(path) === name)?.text;
  const holding = (path: string) =>
    Object.entries(metafile.outputs).flatMap(([output, { inputs }]) =>
      path in inputs ? [basename(output)] : [],
    );
  return { name, content, holding };
}

test("the version of the code is that of the whole build: no change of any file leaves it as it was", async () => {
  const now = await built();
  expect(now.name).toBe("restore.mjs");
  for (const path of ELSEWHERE) {
    expect(now.holding(path), path).toHaveLength(1);
    expect((await built(changed(path))).content, path).not.toBe(now.content);
  }
  const [, lazily = ""] = ELSEWHERE;
  expect(now.holding(lazily)).not.toContain("restore.mjs");
});
