import { describe, expect, test } from "vitest";
import { FUNCTION_NAMES } from "../../deploy/function-names.ts";
import { permissionsOf } from "../../deploy/permissions/of-function.ts";
import { CLUSTER, LEAST, stackOf } from "./configurations.ts";
import { shown } from "./shown.ts";

const BUCKET = "ledger-cassy";

describe("the permissions", () => {
  // Written anew by: npx vitest run test/deploy/clusters.test.ts -u
  test("are these, statement by statement", async () => {
    const stack = await stackOf(CLUSTER, ["arn:aws:kms:eu-west-1:123456789012:key/one"]);
    const of = (["backup", "restore", "verify", "follow"] as const).map(
      (name) => `${name}\n${permissionsOf(name, stack).map(shown).join("")}`,
    );
    await expect(of.join("\n")).toMatchFileSnapshot("golden/clusters-permissions.txt");
  });

  test("let nobody write to the bucket that Cassy uploads to, nor delete from it", async () => {
    const stack = await stackOf(CLUSTER);
    for (const name of FUNCTION_NAMES)
      for (const { Action, Resource } of permissionsOf(name, stack))
        if (JSON.stringify(Resource).includes(BUCKET))
          expect(Action.every((action) => ["s3:GetObject", "s3:ListBucket"].includes(action))).toBe(true);
  });

  test("of a stack without clusters know nothing of such buckets", async () => {
    const stack = await stackOf(LEAST);
    const sids = FUNCTION_NAMES.flatMap((name) => permissionsOf(name, stack).map(({ Sid }) => Sid));
    expect(sids.filter((sid) => sid.includes("Snapshots"))).toEqual([]);
  });
});
