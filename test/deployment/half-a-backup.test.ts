import { expect, test } from "vitest";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { ourClock } from "../../shared/deployment/our-clock.ts";
import { takeBackup } from "../../shared/deployment/take-backup.ts";

const CASSY = { mode: "guarded" };

/** Whoever asks for more than its settings has begun a backup. */
const deployment = (...databases: readonly object[]) =>
  ({
    settings: { name: "payments", databases: databases.map((each) => ({ kind: "cassandra", ...each })) },
    clock: ourClock(),
  }) as unknown as OpenDeployment;

test("a backup that would leave out one of two databases is refused while nobody is paused", async () => {
  const open = deployment({ name: "ledger", cassy: CASSY }, { name: "auditor" });
  await expect(takeBackup(open, { report: () => {} })).rejects.toMatchObject({
    code: "NOT_PROTECTED",
    message: expect.stringMatching(
      /would leave nothing of database "auditor".*its transactions would be cut in half.*--run; nothing was paused$/,
    ),
  });
});
