import { expect, test } from "vitest";
import { FUNCTION_NAMES } from "../../deploy/function-names.ts";
import { permissionsOf } from "../../deploy/permissions/of-function.ts";
import { RUN_TAG } from "../../shared/restore/managed/settings.ts";
import { LEAST, stackOf } from "./configurations.ts";
import { shown } from "./shown.ts";

const SERVERS = LEAST.replace(
  "main: { kind: dynamodb, region: eu-west-1 }",
  `main: { kind: managed, service: aurora, region: eu-west-1, server: ledger, database: ledger, user: stillpoint, password: { env: DB_PASSWORD } }
      accounts: { kind: managed, service: rds, region: eu-west-1, server: accounts, user: stillpoint, password: { env: DB_PASSWORD } }`,
).replace(
  "aws: { region: eu-west-1 }",
  "aws: { region: eu-west-1, secrets: { DB_PASSWORD: /stillpoint/db }, vpc: { subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d] } }",
);

// Written anew by: npx vitest run test/deploy/servers.test.ts -u
test("the roles hold these permissions where servers are restored", async () => {
  const stack = await stackOf(SERVERS);
  const text = FUNCTION_NAMES.map((name) => `${name}\n${permissionsOf(name, stack).map(shown).join("")}`);
  await expect(text.join("\n")).toMatchFileSnapshot("golden/servers-permissions.txt");
});

test("no function deletes a server that does not carry the tag of a run", async () => {
  const stack = await stackOf(SERVERS);
  const deleting = FUNCTION_NAMES.flatMap((name) => permissionsOf(name, stack)).filter(({ Action }) =>
    Action.some((action) => action.startsWith("rds:Delete")),
  );
  expect(deleting).toHaveLength(1);
  expect(deleting[0]?.Condition).toEqual({ StringLike: { [`aws:ResourceTag/${RUN_TAG}`]: "?*" } });
});
