import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ERRORS } from "../../shared/errors/table.ts";

const PROGRAM = fileURLToPath(new URL("../../functions/cli/stillpoint.ts", import.meta.url));

test.each([
  { options: ["--ledger", "scalardb-server"], lacks: "ScalarDB Server needs Java 17" },
  { options: ["--database", "mysql"], lacks: "MariaDB needs" },
])("a rehearsal with $options says in one line what the machine lacks for it", ({ options, lacks }) => {
  const args = [PROGRAM, "rehearse", ...options];
  const { status, stderr } = spawnSync(process.execPath, args, { env: { PATH: "" }, encoding: "utf8" });
  expect(status).toBe(ERRORS.REHEARSAL_FAILED.exit);
  const [line] = stderr.split("\n").filter((each) => each.startsWith("error REHEARSAL_FAILED: "));
  expect(line).toContain(lacks);
  expect(line).toContain("apt-get install");
});
