import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { FUNCTION_NAMES } from "../../deploy/function-names.ts";
import { alarms } from "../../deploy/resources/alarms.ts";
import { deadLetters } from "../../deploy/resources/dead-letters.ts";
import { DEPLOYMENT_METRICS, SERVICE_METRICS, unitOf } from "../../shared/telemetry/metric-names.ts";
import { FULL, LEAST, stackOf } from "./configurations.ts";

test("a sweep that is silent for three minutes is an alarm, since nothing measured means trouble", async () => {
  expect((await alarmsOf(FULL))["SilentSweepAlarm"]).toMatchObject({
    Namespace: "Stillpoint",
    MetricName: "SweepRound",
    Dimensions: [{ Name: "service", Value: "stillpoint" }],
    Period: 60,
    EvaluationPeriods: 3,
    ComparisonOperator: "LessThanThreshold",
    Threshold: 1,
    TreatMissingData: "breaching",
  });
});

test("each deployment is watched under its own name", async () => {
  const all = Object.values(await alarmsOf(FULL)).filter(({ Namespace }) => Namespace === "Stillpoint");
  const watched = (deployment: string) =>
    all
      .filter(({ Dimensions }) => Dimensions.some(({ Value }) => Value === deployment))
      .map(({ MetricName }) => MetricName);
  const { windowInvalid, backupRefused, stillPaused, sweepTrouble, restoreFailed, unfinishedRuns, pointAge } =
    DEPLOYMENT_METRICS;
  const always = [windowInvalid, backupRefused, stillPaused, sweepTrouble, restoreFailed, unfinishedRuns];
  expect(watched("payments")).toEqual([...always, pointAge]);
  expect(watched("stock-eu")).toEqual(always);
  const ofAll: readonly string[] = Object.values(SERVICE_METRICS);
  for (const { Dimensions, MetricName } of all)
    if (!ofAll.includes(MetricName))
      expect(Dimensions.map(({ Name }) => Name)).toEqual(["service", "deployment"]);
});

test("the age of the last point is held against the objective, and that nobody measures it is an alarm", async () => {
  expect(unitOf("PointAge")).toBe("Seconds");
  expect((await alarmsOf(FULL))["PointAgeAlarmpayments"]).toMatchObject({
    MetricName: "PointAge",
    Threshold: 26 * 3_600,
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    TreatMissingData: "breaching",
    // Looked at every ten minutes, so that each period has a look.
    Period: 1_200,
  });
});

test("every function is watched for errors, for want of concurrency, and for its timeout", async () => {
  const all = await alarmsOf(FULL);
  for (const name of FUNCTION_NAMES) {
    const stem = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const metrics = ["Errors", "Throttles", "Timeout"].map((what) => all[`${stem}${what}Alarm`]);
    expect(metrics.map((alarm) => alarm?.MetricName)).toEqual(["Errors", "Throttles", "Duration"]);
    for (const alarm of metrics)
      expect(alarm?.Dimensions).toEqual([{ Name: "FunctionName", Value: { Ref: `${stem}LambdaFunction` } }]);
  }
  expect(all["SweepTimeoutAlarm"]?.Threshold).toBe(285_000);
});

test("executions of the restore that the engine ended are told of", async () => {
  const all = await alarmsOf(FULL);
  for (const end of ["Failed", "TimedOut", "Stopped"])
    expect(all[`Execution${end}Alarm`]).toMatchObject({
      MetricName: `DurableExecution${end}`,
      Dimensions: [{ Name: "FunctionName", Value: { Ref: "RestoreLambdaFunction" } }],
    });
});

test("all alarms tell the topic, and nobody where there is none", async () => {
  const topic = "arn:aws:sns:ap-northeast-1:123456789012:on-call";
  for (const alarm of Object.values(await alarmsOf(FULL)))
    expect(alarm).toMatchObject({ AlarmActions: [topic], OKActions: [topic] });
  for (const alarm of Object.values(await alarmsOf(LEAST))) expect(alarm).not.toHaveProperty("AlarmActions");
});

test("every alarm says in words what it means", async () => {
  const texts = Object.values(await alarmsOf(FULL)).map(({ AlarmDescription }) => AlarmDescription);
  expect(texts.filter((text) => text.split(" ").length < 4)).toEqual([]);
  expect(new Set(texts).size).toBe(texts.length);
});

interface Alarm {
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Threshold: number;
}

async function alarmsOf(text: string): Promise<Readonly<Record<string, Alarm>>> {
  const all = Object.entries(alarms(await stackOf(text)));
  return Object.fromEntries(all.map(([id, { Properties }]) => [id, Properties as unknown as Alarm]));
}

test("the guide says of every alarm what to do", async () => {
  const guide = await readFile(new URL("../../docs/aws.md", import.meta.url), "utf8");
  const headings = [...guide.matchAll(/^### (\w+Alarm)$/gm)].map(([, name = ""]) => name);
  const names = Object.keys({ ...(await alarmsOf(FULL)), ...deadLetters(await stackOf(FULL)) })
    .filter((id) => id.includes("Alarm"))
    // One section for the same alarm of all deployments, and for what means the same of all functions.
    .map((id) =>
      id.replace(/Alarm[a-z0-9X]+$/, "Alarm").replace(/^[A-Z][a-z]+(?=(?:Throttles|Timeout)Alarm$)/, ""),
    );
  expect([...headings].sort()).toEqual([...new Set(names)].sort());
});
