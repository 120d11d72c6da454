import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ERRORS } from "../../shared/errors/table.ts";
import { BEGIN, END, renderErrorTable } from "./error-table.ts";

const README = fileURLToPath(new URL("../../README.md", import.meta.url));
const rows = Object.entries(ERRORS).map(([code, row]) => ({ code, ...row }));

describe("the error table", () => {
  test("gives each code an exit status of its own that no shell uses for itself", () => {
    const statuses = rows.map(({ exit }) => exit);
    expect(new Set(statuses).size).toBe(statuses.length);
    for (const status of statuses) {
      expect(status).toBeGreaterThan(1);
      expect(status).toBeLessThan(126);
    }
  });

  test.each(rows)("says in whole sentences what $code means", ({ meaning }) => {
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(meaning).not.toMatch(/\s{2}|\s$|\n/);
  });

  test.each(rows)("says what to do next after $code", ({ next }) => {
    expect(next).toMatch(/^(?:stillpoint [a-z]|[A-Z])/);
    expect(next).not.toMatch(/\.$|\s{2}|\s$|\n|\|/);
  });

  test("names codes in one manner", () => {
    for (const { code } of rows) expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
  });

  test.skipIf(!existsSync(README))("stands in README.md as it is", () => {
    const readme = readFileSync(README, "utf8");
    const [, table] = readme.split(BEGIN);
    expect(table?.split(END)[0]?.trim()).toBe(renderErrorTable());
  });
});
