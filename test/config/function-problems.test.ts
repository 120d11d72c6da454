import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkConfig } from "../../shared/config/load-config.ts";
import { LEAST, problemsOf } from "./files.ts";

const EXAMPLE = fileURLToPath(new URL("../../stillpoint.aws.example.yml", import.meta.url));

test("the example for AWS is good", () => {
  expect(checkConfig(EXAMPLE, {}).kind).toBe("usable");
});

test("a check of what is to be deployed names what functions cannot work with, each at its place", async () => {
  const text = `${LEAST}verification: { parts: { kind: s3, bucket: parts, region: us-east-1 } }
catalog: { kind: dynamodb, region: ap-northeast-1, profile: prod }
aws:
  region: ap-northeast-1
  approvers: ["arn:aws:iam::123456789012:role/*"]
`;
  expect(await problemsOf(text)).toEqual([
    ':8:59 verification.parts.region must be "ap-northeast-1", as aws.region: the bucket is deployed with the functions (it is "us-east-1")',
    ':9:61 catalog.profile must be left out: a function has the credentials of its role (it is "prod")',
    ':12:15 aws.approvers[0] must be the ARN of an IAM role or user, without wildcards; of a session, the ARN of its role (it is "arn:aws:iam::123456789012:role/*")',
  ]);
});

test("what functions cannot work with is told together with what is missing on this machine", async () => {
  const text = `
deployments:
  payments:
    components:
      ledger:
        instances:
          kubernetes:
            release: a
            access: { endpoint: "https://10.0.0.1", ca: { pem: "-----BEGIN A" }, token: { env: TOKEN } }
    databases:
      main: { kind: dynamodb, region: eu-west-1 }
aws: { region: eu-west-1 }
`;
  const problems = await problemsOf(text);
  expect(problems).toEqual([
    expect.stringContaining('catalog.kind must be "dynamodb": functions share no folder'),
    expect.stringContaining('verification.parts.kind must be "s3"'),
    expect.stringContaining(".access.token.env must name an environment variable that is set"),
    expect.stringContaining(".access.token.env must be in aws.secrets"),
  ]);
});

test("functions on AWS are refused a catalog on Azure", async () => {
  const text = `${LEAST}catalog: { kind: azure-table, account: ops }\naws: { region: ap-northeast-1 }\n`;
  expect(await problemsOf(text)).toContainEqual(
    expect.stringContaining('catalog.kind must be "dynamodb": functions on AWS have no identity on Azure'),
  );
});

test("what only functions could not work with is no problem where none are deployed", async () => {
  expect(await problemsOf(`${LEAST}catalog: { kind: file, path: ./catalog }\n`)).toEqual([]);
});

test.each([
  "arn:aws:sqs:eu-west-1:123456789012:on-call",
  "arn:aws:sns:eu-west-1:1234:on-call",
  "arn:aws:sns:eu-west-1:123456789012",
  "arn:aws:sns:eu-west-1:123456789012:on-call:6b0e71bd",
  "on-call",
])("alarms cannot tell %s, which is no topic", async (topic) => {
  expect(await problemsOf(`${LEAST}aws: { region: eu-west-1, alarmTopic: "${topic}" }\n`)).toEqual([
    `:8:39 aws.alarmTopic must be the ARN of an SNS topic, such as "arn:aws:sns:ap-northeast-1:123456789012:on-call" (it is "${topic}")`,
  ]);
});
