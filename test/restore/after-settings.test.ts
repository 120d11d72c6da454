import { expect, test } from "vitest";
import { leftToDo } from "../../shared/restore/dynamodb/after-settings.ts";
import type { CapturedTable } from "../../shared/restore/dynamodb/captured.ts";
import { captured } from "./example-plan.ts";

const NEW = "arn:aws:dynamodb:us-east-1:1:table/t/stream/new";
const READER = {
  uuid: "u-1",
  functionArn: "arn:aws:lambda:us-east-1:1:function:audit",
  enabled: true,
  options: { BatchSize: 50, FilterCriteria: { Filters: [{ Pattern: "it's" }] } },
};

function told(before: Partial<CapturedTable>, now: Partial<CapturedTable> = {}): readonly string[] {
  return leftToDo(captured("t", before), captured("t", now));
}

test("a reader of the old stream is told with the new stream and the command that makes it anew", () => {
  const [text = "", ...others] = told({ readers: [READER] }, { streamArn: NEW });
  expect(others).toEqual([]);
  expect(text).toContain(
    `event source mapping u-1 of ${READER.functionArn} hangs on the old stream; the new one is ${NEW}`,
  );
  const [, json = ""] =
    /--cli-input-json '(.*)' && aws lambda delete-event-source-mapping --uuid u-1$/.exec(text) ?? [];
  expect(JSON.parse(json.replaceAll("'\\''", "'"))).toEqual({
    FunctionName: READER.functionArn,
    EventSourceArn: NEW,
    StartingPosition: "TRIM_HORIZON",
    ...READER.options,
  });
});

test("a reader that was switched off is made anew switched off", () => {
  const [text] = told({ readers: [{ ...READER, enabled: false }] }, { streamArn: NEW });
  expect(text).toContain('"Enabled":false');
});

test("alarms that are gone or changed are told, those that are as before are not", () => {
  const alarms = ["kept", "changed", "gone"].map((name) => ({ name, definition: "before" }));
  const now = [
    { name: "kept", definition: "before" },
    { name: "changed", definition: "after" },
  ];
  expect(told({ alarms }, { alarms: now })).toEqual([
    'CloudWatch alarm "changed": was changed',
    'CloudWatch alarm "gone": is gone',
  ]);
  expect(told({ alarms })).toEqual(["CloudWatch alarms: could not be looked at"]);
  expect(told({ alarms: [] })).toEqual([]);
});

test("replicas that were left behind are told until there are some again", () => {
  expect(told({ replicas: ["eu-west-1"] })).toEqual([expect.stringContaining("replicas in eu-west-1 stay")]);
  expect(told({ replicas: ["eu-west-1"] }, { replicas: ["eu-west-1"] })).toEqual([]);
});
