import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionName } from "../../deploy/function-names.ts";
import { permissionsOf } from "../../deploy/permissions/of-function.ts";
import { resources } from "../../deploy/stack.ts";
import { namesOf } from "../../shared/restore/managed/plan.ts";
import { RUN_TAG } from "../../shared/restore/managed/settings.ts";
import { CLUSTER, LEAST, SERVERS, stackFrom, stackOf, writtenIn } from "./configurations.ts";
import { packaged, type Template } from "./packaged.ts";
import { arnText, shown } from "./shown.ts";

const RUN = "restore-20261121T180000Z-0a1b2c3d";
const CHANGING = /^(?:rds|iam|secretsmanager|cloudwatch):(?!Describe)/;

const statementsOf = async (name: FunctionName, text = SERVERS) => permissionsOf(name, await stackOf(text));

describe("the permissions", () => {
  // Written anew by: npx vitest run test/deploy/servers.test.ts -u
  test("are these, statement by statement", async () => {
    const stack = await stackOf(SERVERS, ["arn:aws:kms:eu-west-1:123456789012:key/one"]);
    const of = (["backup", "restore", "verify", "follow"] as const).map(
      (name) => `${name}\n${permissionsOf(name, stack).map(shown).join("")}`,
    );
    await expect(of.join("\n")).toMatchFileSnapshot("golden/servers-permissions.txt");
  });

  test.each(["backup", "sweep", "request", "verify", "status", "follow", "expire"] as const)(
    "of %s change nothing on a server",
    async (name) => {
      const actions = (await statementsOf(name)).flatMap(({ Action }) => Action);
      expect(actions.filter((action) => CHANGING.test(action))).toEqual([]);
    },
  );

  test("of the restore never let it delete what has an original's name, whatever tags it carries", async () => {
    const about = (await statementsOf("restore")).filter(({ Action }) =>
      Action.some((action) => /^rds:DeleteDB(?:Instance|Cluster)$/.test(action)),
    );
    const shownOf = (effect: string) =>
      about
        .filter(({ Effect }) => Effect === effect)
        .map(({ Sid, Resource }) => [Sid, Resource.map(arnText)]);
    expect(shownOf("Deny")).toEqual([
      ["LeaveOriginals", ["rds:eu-west-1:db:ledger-prod", "rds:eu-west-1:cluster:stock"]],
    ]);
    expect(about.find(({ Sid }) => Sid === "DeleteWhatItMade")?.Condition).toEqual({
      Null: { [`aws:ResourceTag/${RUN_TAG}`]: "false" },
    });
  });

  test.each(["ledger-prod", "l", "l".repeat(51), `${"l".repeat(40)}${"-l".repeat(11)}`, "l".repeat(63)])(
    "of the restore cover what it makes of a server that is called %s",
    async (server) => {
      const text = SERVERS.replace("server: ledger-prod", `server: ${server}`);
      const { target } = namesOf(server, RUN);
      for (const sid of [
        "RestoreServers",
        "MarkWhatItMakes",
        "PutSettingsOfServersBack",
        "DeleteWhatItMade",
      ]) {
        const found = (await statementsOf("restore", text)).find(({ Sid }) => Sid === sid);
        const patterns = (found?.Resource ?? []).map(arnText).filter((each) => !each.includes(":db:*"));
        expect(
          patterns.some((pattern) => matches(pattern, `rds:eu-west-1:db:${target}`)),
          sid,
        ).toBe(true);
        expect(
          patterns.some((pattern) => matches(pattern, `rds:eu-west-1:db:${server}-2`)),
          sid,
        ).toBe(false);
      }
    },
  );

  test("of a stack without such servers know nothing of them", async () => {
    const actions = (await statementsOf("restore", LEAST)).flatMap(({ Action }) => Action);
    expect(actions.filter((action) => /^(?:rds|secretsmanager):/.test(action))).toEqual([]);
  });
});

describe("serverless package", () => {
  let folder: string;
  let template: Template;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stillpoint-servers-"));
    const packaging = await packaged(await writtenIn(join(folder, "servers"), CLUSTER));
    expect(packaging.output).toContain("Service packaged");
    template = await packaging.template();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("puts what reads rows and what asks Cassy beside the servers and nodes", async () => {
    expect(template.Resources).toMatchObject(
      resources(await stackFrom(join(folder, "servers", "prod.yml"))) as object,
    );
    for (const name of ["Verify", "Follow"])
      expect(template.Resources[`${name}LambdaFunction`].Properties.VpcConfig).toEqual({
        SubnetIds: ["subnet-0a1b2c3d"],
        SecurityGroupIds: ["sg-0a1b2c3d"],
      });
    expect(template.Resources["RdsEndpoint"]?.Type).toBe("AWS::EC2::VPCEndpoint");
  });
});

/** As IAM reads a pattern. */
function matches(pattern: string, text: string): boolean {
  const literal = pattern.replace(/[.+^$()|[\]{}\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}
