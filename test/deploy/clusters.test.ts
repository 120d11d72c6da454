import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FUNCTION_NAMES } from "../../deploy/function-names.ts";
import { permissionsOf } from "../../deploy/permissions/of-function.ts";
import { resources } from "../../deploy/stack.ts";
import { CLUSTER, LEAST, stackFrom, stackOf, writtenIn } from "./configurations.ts";
import { packaged, type Template } from "./packaged.ts";
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

describe("serverless package", () => {
  let folder: string;
  let template: Template;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stillpoint-clusters-"));
    const packaging = await packaged(await writtenIn(join(folder, "clusters"), CLUSTER));
    expect(packaging.output).toContain("Service packaged");
    template = await packaging.template();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("puts what reads the nodes and what asks Cassy into their network", async () => {
    expect(template.Resources).toMatchObject(
      resources(await stackFrom(join(folder, "clusters", "prod.yml"))) as object,
    );
    for (const name of ["Verify", "Follow", "Backup", "Restore"])
      expect(template.Resources[`${name}LambdaFunction`].Properties.VpcConfig).toEqual({
        SubnetIds: ["subnet-0a1b2c3d"],
        SecurityGroupIds: ["sg-0a1b2c3d"],
      });
  });
});
