import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ERRORS } from "../../shared/errors/table.ts";

const PROGRAM = fileURLToPath(new URL("../../functions/cli/stillpoint.ts", import.meta.url));

test("a rehearsal on ScalarDB Server says in one line what the machine lacks for it", () => {
  const args = [PROGRAM, "rehearse", "--ledger", "scalardb-server"];
  const { status, stderr } = spawnSync(process.execPath, args, { env: { PATH: "" }, encoding: "utf8" });
  expect(status).toBe(ERRORS.REHEARSAL_FAILED.exit);
  expect(stderr).toMatch(/^error REHEARSAL_FAILED: ScalarDB Server needs Java 17 .*apt-get install .*$/m);
});
