import { matchesGlob } from "node:path";
import { describe, expect, test } from "vitest";
import { FUNCTION_NAMES, type FunctionName } from "../../deploy/function-names.ts";
import { permissionsOf } from "../../deploy/permissions/of-function.ts";
import { charactersOf } from "../../deploy/permissions/policy-size.ts";
import type { Statement } from "../../deploy/permissions/statement.ts";
import { roles } from "../../deploy/resources/roles.ts";
import { entryKey, leftoverKey, markerKey, partKey, recordKey } from "../../shared/catalog/parted/keys.ts";
import { COLLECTIONS } from "../../shared/catalog/store.ts";
import { FULL, LEAST, stackOf } from "./configurations.ts";
import { arnText, shown } from "./shown.ts";

/** What IAM can tie to no resource. Whatever is added here has to be looked up first. */
const UNAVOIDABLE = [
  "application-autoscaling:DescribeScalableTargets",
  "application-autoscaling:DescribeScalingPolicies",
  "dynamodb:ListBackups",
  "dynamodb:ListContributorInsights",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "lambda:ListEventSourceMappings",
  "rds:DescribeAccountAttributes",
];

describe("the roles", () => {
  // Written anew by: npx vitest run test/deploy/permissions.test.ts -u
  test("hold these permissions, statement by statement", async () => {
    const stack = await stackOf(FULL, ["arn:aws:kms:ap-northeast-1:123456789012:key/one"]);
    const text = FUNCTION_NAMES.map((name) => `${name}\n${permissionsOf(name, stack).map(shown).join("")}`);
    await expect(text.join("\n")).toMatchFileSnapshot("golden/permissions.txt");
  });

  test("name every action, and every resource where IAM lets them", async () => {
    for (const { Effect, Action, Resource } of await allStatements()) {
      expect(Action.filter((action) => action.includes("*"))).toEqual([]);
      if (Effect === "Allow" && Resource.includes("*"))
        expect(UNAVOIDABLE).toEqual(expect.arrayContaining([...Action]));
    }
  });

  test("are those of the stack, one for each function", async () => {
    const stack = await stackOf(FULL);
    for (const [id, { Properties }] of Object.entries(roles(stack))) {
      const name = id.replace("Role", "").toLowerCase() as FunctionName;
      const document = { Version: "2012-10-17", Statement: permissionsOf(name, stack) };
      expect(Properties["Policies"]).toEqual([{ PolicyName: name, PolicyDocument: document }]);
    }
    expect(Object.keys(roles(stack))).toHaveLength(FUNCTION_NAMES.length);
  });

  test("lie beside the role where they are too long to lie in it, none of them lost", async () => {
    const stack = await stackOf(withPrefixes(30));
    const all = roles(stack);
    const attached = all["RestoreRole"]?.Properties["ManagedPolicyArns"] as readonly {
      readonly Ref: string;
    }[];
    const documents = attached.map(
      ({ Ref }) => all[Ref]?.Properties["PolicyDocument"] as { Statement: Statement[] },
    );
    expect(documents.length).toBeGreaterThan(1);
    expect(documents.flatMap(({ Statement }) => Statement)).toEqual(permissionsOf("restore", stack));
    for (const { Statement } of documents) expect(charactersOf(Statement)).toBeLessThanOrEqual(6_144);
  });

  test("are refused where IAM would not take them, and the message says what to do", async () => {
    const stack = await stackOf(withPrefixes(120));
    expect(() => roles(stack)).toThrow(/function "backup" .* longer than IAM takes; divide the deployments/);
  });
});

describe("the backup", () => {
  test("changes nothing but the catalog, and can neither delete nor restore a table", async () => {
    expect(await changes("backup")).toEqual(["WriteCatalog"]);
  });
});

describe("the sweep", () => {
  test("touches the catalog alone", async () => {
    const statements = permissionsOf("sweep", await stackOf(FULL));
    const dynamodb = statements.filter(({ Action }) =>
      Action.some((action) => action.startsWith("dynamodb:")),
    );
    expect(dynamodb.map(({ Sid, Resource }) => [Sid, Resource.map(arnText)])).toEqual([
      ["WriteCatalog", ["dynamodb:ap-northeast-1:table/stillpoint-catalog"]],
    ]);
  });
});

describe("the status", () => {
  test("changes nothing at all", async () => {
    expect(await changes("status")).toEqual([]);
    const actions = permissionsOf("status", await stackOf(LEAST)).flatMap(({ Action }) => Action);
    expect(actions).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:Scan",
      "dynamodb:DescribeContinuousBackups",
      "dynamodb:DescribeTable",
    ]);
  });

  test("reads no row but of the table that lists the others, and of the coordinator", async () => {
    const scanned = permissionsOf("status", await stackOf(LEAST)).filter(({ Action }) =>
      Action.includes("dynamodb:Scan"),
    );
    const names = scanned.flatMap(({ Resource }) =>
      Resource.map((each) => arnText(each).replace(/.*table\//, "")),
    );
    expect(names.map((name) => name.replace(/^.*(?=scalardb\.|coordinator\.)/, ""))).toEqual([
      "scalardb.metadata",
      "coordinator.state",
    ]);
  });
});

describe("the verification", () => {
  test("writes nothing but its parts, and of the catalog what a restore settles", async () => {
    expect(await changes("verify")).toEqual(["KeepParts", "WriteSettlements"]);
    const statements = permissionsOf("verify", await stackOf(FULL));
    const ofCatalog = statements.filter(({ Resource }) =>
      Resource.map(arnText).join().includes("stillpoint-catalog"),
    );
    expect(ofCatalog.map(({ Sid }) => Sid)).toEqual(["WriteSettlements"]);
    const [partitions] = ofCatalog.map(({ Condition }) =>
      Object.values(Condition?.["ForAllValues:StringLike"] ?? {}).flat(),
    );
    const keys = [
      recordKey("settlements", "x"),
      markerKey("settlements", "x"),
      partKey("x", 0),
      leftoverKey("x", "draft"),
    ];
    const others = COLLECTIONS.filter((collection) => collection !== "settlements").map((each) =>
      recordKey(each, "x"),
    );
    const allows = ({ pk }: { readonly pk: string }) =>
      partitions?.some((pattern) => matchesGlob(pk, String(pattern)));
    expect(keys.filter(allows)).toEqual(keys);
    expect([...others, entryKey("x", 0)].filter(allows)).toEqual([]);
  });
});

describe("the request", () => {
  test("starts the restore by its alias only, and wakes its executions", async () => {
    const lambda = permissionsOf("request", await stackOf(FULL)).filter(({ Action }) =>
      Action.some((action) => action.startsWith("lambda:")),
    );
    expect(lambda.map(({ Action, Resource }) => [Action, Resource.map(arnText)])).toEqual([
      [["lambda:InvokeFunction"], ["lambda:here:function:stillpoint-prod-restore:durable"]],
      [
        ["lambda:SendDurableExecutionCallbackSuccess"],
        ["lambda:here:function:stillpoint-prod-restore:*/durable-execution/*"],
      ],
    ]);
    expect(await changes("request")).toEqual(["WriteCatalog"]);
  });
});

describe("the restore", () => {
  test("may delete tables, but never those in which ScalarDB keeps its metadata", async () => {
    const statements = permissionsOf("restore", await stackOf(FULL));
    const about = (effect: string) =>
      statements
        .filter(({ Effect, Action }) => Effect === effect && Action.includes("dynamodb:DeleteTable"))
        .flatMap(({ Resource }) => Resource.map(arnText));
    expect(about("Allow")).toEqual([
      "dynamodb:ap-northeast-1:table/prod_*.*",
      "dynamodb:ap-northeast-1:table/stock_*.*",
    ]);
    expect(about("Deny")).toEqual([
      "dynamodb:ap-northeast-1:table/prod_scalardb.*",
      "dynamodb:ap-northeast-1:table/stock_meta.*",
    ]);
  });
});

function withPrefixes(count: number): string {
  const more = Array.from(
    { length: count },
    (_, index) =>
      `  d${index}: { components: { ledger: { instances: ["10.0.1.${index}"] } }, databases: { main: { kind: dynamodb, region: eu-west-1, prefix: prefix${index}_ } } }`,
  );
  return LEAST.replace("deployments:", `deployments:\n${more.join("\n")}`);
}

const CHANGING = /^(?:dynamodb|s3|iam|cloudwatch|application-autoscaling):(?!Describe|Get|List|Query|Scan)/;

/** The statements by which a function may change something that is not its own. */
async function changes(name: FunctionName): Promise<readonly string[]> {
  return permissionsOf(name, await stackOf(FULL))
    .filter(({ Effect, Action }) => Effect === "Allow" && Action.some((action) => CHANGING.test(action)))
    .map(({ Sid }) => Sid);
}

async function allStatements(): Promise<readonly Statement[]> {
  const stack = await stackOf(FULL);
  return FUNCTION_NAMES.flatMap((name) => permissionsOf(name, stack));
}
