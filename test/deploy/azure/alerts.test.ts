import { expect, test } from "vitest";
import { alarms } from "../../../deploy/resources/alarms.ts";
import { logLine, metricLine } from "../../../shared/telemetry/log-line.ts";
import type { Metric } from "../../../shared/telemetry/metric-names.ts";
import { FULL as AWS_FULL, stackOf as awsStackOf } from "../configurations.ts";
import { FULL, LEAST } from "./configurations.ts";
import { type Deployed, deployed } from "./deployed.ts";
import { answerOf, type Tables } from "./kusto.ts";

const NOTHING: Tables = { AppTraces: [], AppRequests: [] };

test("what is an alarm on AWS is an alert on Azure, but for what there is not", async () => {
  const onAws = Object.keys(alarms(await awsStackOf(AWS_FULL))).map(kindOf);
  const onAzure = (await rulesOf(FULL)).map(({ kind }) => kind);
  const without = ["Throttles", "ExecutionTimedOut", "ExecutionStopped", "ExecutionFailed"];
  expect(new Set(onAws.filter((kind) => !without.includes(kind)))).toEqual(
    new Set(onAzure.filter((kind) => !kind.startsWith("Orchestration"))),
  );
  expect(onAzure).toEqual(expect.arrayContaining(["OrchestrationFailed", "OrchestrationTerminated"]));
});

test("nothing in the logs is an alert where it means that nobody is at work, and else not", async () => {
  const rules = await rulesOf(FULL);
  const firing = rules.filter((rule) => fires(rule, NOTHING)).map(({ name }) => name);
  expect(firing).toEqual(["sp-prod-SilentSweep", "sp-prod-PointAge-payments"]);
});

test.each<[string, Metric, number, number]>([
  ["WindowInvalid", "WindowInvalid", 1, 0],
  ["BackupRefused", "BackupRefused", 1, 0],
  ["StillPaused", "StillPaused", 2, 0],
  ["SweepTrouble", "SweepTrouble", 3, 2],
  ["RestoreFailed", "RestoreFailed", 1, 0],
  ["UnfinishedRuns", "UnfinishedRuns", 1, 0],
  ["PointAge", "PointAge", 26 * 3_600, 26 * 3_600 - 1],
])("%s is told of its own deployment only, from its threshold on", async (kind, metric, bad, good) => {
  const rules = await rulesOf(FULL);
  const [rule] = rules.filter(({ name }) => name === `sp-prod-${kind}-payments`);
  if (rule === undefined) throw new Error("there is no such rule");
  const said = (value: number, deployment: string) => traces(metricLine(metric, value, deployment));
  expect(fires(rule, said(bad, "payments"))).toBe(true);
  expect(fires(rule, said(good, "payments"))).toBe(false);
  const others = [metricLine(metric, bad, "stock-eu"), metricLine(metric, good, "payments")];
  expect(fires(rule, traces(...others))).toBe(false);
});

test("the sweep is silent until a round has ended, whatever else is in the logs", async () => {
  const [rule] = (await rulesOf(LEAST)).filter(({ kind }) => kind === "SilentSweep");
  if (rule === undefined) throw new Error("there is no such rule");
  const talk = [logLine("info", "SweepRound"), "SweepRound", metricLine("StillPaused", 1, "payments")];
  expect(fires(rule, traces(...talk))).toBe(true);
  expect(fires(rule, traces(...talk, metricLine("SweepRound", 1)))).toBe(false);
});

test("an app is watched for failures that are its own, and for its timeout", async () => {
  const all = await deployed(LEAST);
  const rules = await rulesOf(LEAST);
  const request = { AppRoleName: all.stack.names.sites.sweep, Success: true, ResultCode: "0", DurationMs: 5 };
  const of = (kind: string) => rules.filter(({ name }) => name === `stillpoint-${kind}-sweep`)[0] as Rule;
  const says = (change: object): Tables => ({ ...NOTHING, AppRequests: [{ ...request, ...change }] });
  expect(fires(of("Errors"), says({}))).toBe(false);
  expect(fires(of("Errors"), says({ Success: false }))).toBe(true);
  expect(fires(of("Errors"), says({ Success: false, ResultCode: "" }))).toBe(true);
  expect(fires(of("Errors"), says({ Success: false, ResultCode: "500" }))).toBe(true);
  expect(fires(of("Errors"), says({ Success: false, ResultCode: "409" }))).toBe(false);
  expect(fires(of("Errors"), says({ Success: false, AppRoleName: "another" }))).toBe(false);
  expect(fires(of("Timeout"), says({ DurationMs: 1_709_999 }))).toBe(false);
  expect(fires(of("Timeout"), says({ DurationMs: 1_710_000 }))).toBe(true);
});

test("orchestrations that the engine ended are told of, and those not that ended well", async () => {
  const all = await deployed(LEAST);
  const rules = await rulesOf(LEAST);
  const ended = (state: string, name = "restore"): Tables => ({
    ...NOTHING,
    AppTraces: [
      {
        AppRoleName: all.stack.names.sites.restore,
        Message: "",
        Properties: { prop__functionType: "Orchestrator", prop__functionName: name, prop__state: state },
      },
    ],
  });
  const told = (tables: Tables) =>
    rules.filter(({ kind }) => kind.startsWith("Orchestration")).filter((rule) => fires(rule, tables)).length;
  expect([told(ended("Failed")), told(ended("Terminated")), told(ended("Completed"))]).toEqual([1, 1, 0]);
  // An attempt that other code was put in place of fails, and the next one goes on.
  expect(told(ended("Failed", "restore-attempt"))).toBe(0);
});

test("a window reaches over the lines that come late, and has a look in it", async () => {
  for (const { every, window } of await rulesOf(FULL)) {
    expect(["PT1M", "PT5M"]).toContain(every);
    expect(["PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H"]).toContain(window);
  }
  const windowWith = async (lookEvery: string) => {
    const rules = await rulesOf(FULL.replace("lookEvery: 10m", `lookEvery: ${lookEvery}`));
    return rules.find(({ kind }) => kind === "PointAge")?.window;
  };
  expect(await windowWith("5m")).toBe("PT15M");
  expect(await windowWith("10m")).toBe("PT30M");
  expect(await windowWith("20m")).toBe("PT45M");
  expect(await windowWith("1h")).toBe("PT2H");
});

test("all alerts tell the action group, and nobody where there is none", async () => {
  const group = (await deployed(FULL)).stack.azure.actionGroup;
  const told = (all: Deployed) => all.of("alerts").map(({ properties }) => properties.actions);
  for (const actions of told(await deployed(FULL))) expect(JSON.stringify(actions)).toContain(group);
  for (const actions of told(await deployed(LEAST)))
    expect([[], { actionGroups: [] }]).toContainEqual(actions);
});

test("every alert says in words what it means", async () => {
  const texts = (await deployed(FULL)).of("alerts").map(({ properties }) => properties.description);
  expect(texts.filter((text) => text.split(" ").length < 4)).toEqual([]);
  expect(new Set(texts).size).toBe(texts.length);
});

interface Rule {
  readonly name: string;
  /** Without whose it is. */
  readonly kind: string;
  readonly every: string;
  readonly window: string;
  readonly query: string;
  readonly operator: string;
  readonly threshold: number;
}

async function rulesOf(text: string): Promise<readonly Rule[]> {
  const all = await deployed(text);
  return all
    .of("alerts")
    .filter(({ type }) => type.endsWith("/scheduledQueryRules"))
    .map(({ name, properties }) => {
      const [condition, ...others] = properties.criteria.allOf;
      expect(others).toEqual([]);
      expect([condition.timeAggregation, condition.metricMeasureColumn]).toEqual(["Maximum", "measured"]);
      const own = name.slice(`${all.stack.azure.name}-`.length);
      return {
        name,
        kind: own.split("-")[0] ?? own,
        every: properties.evaluationFrequency,
        window: properties.windowSize,
        query: condition.query,
        operator: condition.operator,
        threshold: condition.threshold,
      };
    });
}

function fires({ query, operator, threshold }: Rule, tables: Tables): boolean {
  const measured = answerOf(query, tables);
  return operator === "LessThan" ? measured < threshold : measured >= threshold;
}

function traces(...lines: readonly string[]): Tables {
  return { ...NOTHING, AppTraces: lines.map((Message) => ({ Message })) };
}

/** `PointAgeAlarmpayments` and `SweepErrorsAlarm` without whose they are. */
function kindOf(alarm: string): string {
  const kind = alarm.replace(/Alarm.*$/, "");
  return /(?:Errors|Throttles|Timeout)$/.exec(kind)?.[0] ?? kind;
}
