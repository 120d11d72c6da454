import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { program } from "../../functions/cli/program.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { GUIDES, matches, textOf, typed } from "./guide.ts";

const ROOT = new URL("../../", import.meta.url);
const TO_TYPE = ["../README.md", ...GUIDES] as const;

/** What stands after the command's name, up to where the shell would do something else with it. */
const CALL = /(?:npx stillpoint|node functions\/cli\/stillpoint\.js) ([^#|>;)]*)/g;
/** As the tables of commands in the guides write them, not the shell. */
const PLACEHOLDERS = /\[|\.\.\./;

describe.each(TO_TYPE)("%s", (guide) => {
  test("has no command or option that the command line does not know", async () => {
    const calls = typed(await textOf(guide)).flatMap((line) => matches(line, CALL));
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls.filter((text) => !PLACEHOLDERS.test(text))) {
      const words = call.trim().split(/\s+/);
      await expect(
        program(async () => undefined).parseAsync(words, { from: "user" }),
        call,
      ).resolves.toBeDefined();
    }
  });

  test("has no script that the project does not have", async () => {
    const { scripts } = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8")) as {
      scripts: object;
    };
    const named = typed(await textOf(guide)).flatMap((line) => matches(line, /npm run ([\w:]+)/g));
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test("names no error that there is not", async () => {
    const named = matches(await textOf(guide), /`([A-Z]+(?:_[A-Z]+)+)`/g);
    const codes = named.filter((name) => !/^(?:STILLPOINT|AWS|API|NODE|SET)_/.test(name));
    expect(codes.filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([]);
  });

  test("names no file of the project that is not there", async () => {
    const text = await textOf(guide);
    const named = matches(text, /\b((?:infra|deploy|docs|schema)\/[\w./-]+\.(?:json|ts|yml|md))\b/g);
    expect(named.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });
});
