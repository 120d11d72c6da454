import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { AwsSection } from "../../shared/config/aws-schema.ts";
import { RestoreApproval, RestoreRequest, RestoreResumption } from "../../shared/restore/restore-request.ts";
import { OPERATOR_SOURCE, REQUESTS } from "../../shared/telemetry/event-types.ts";
import { DOCS, GUIDES, matches, textOf, typedFiles } from "./guide.ts";

/** As GitHub makes them of headings. */
const anchorsOf = (text: string) =>
  matches(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, "")
      .replaceAll(" ", "-"),
  );

const DETAILS = {
  [REQUESTS.requested]: RestoreRequest,
  [REQUESTS.approved]: RestoreApproval,
  [REQUESTS.resumed]: RestoreResumption,
} as const;

describe("the guides for operators", () => {
  test.each([...GUIDES, "laws.md", "../README.md"])("%s leads only to what is there", async (guide) => {
    const text = await textOf(guide);
    const from = new URL(guide, DOCS);
    for (const link of matches(text, /\]\(([^)]+)\)/g).filter((each) => !each.startsWith("https:"))) {
      const [file = "", anchor] = link.split("#");
      const to = file === "" ? from : new URL(file, from);
      expect(existsSync(to), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(await readFile(to, "utf8")), link).toContain(anchor);
    }
  });

  test("what the guide for AWS says of dumps is a part of a configuration", async () => {
    const [, of = ""] = (await textOf("aws.md")).split("## Dumps on AWS");
    const [block = ""] = matches(of, /```yaml\n([\s\S]*?)```/g);
    const { dumps } = AwsSection.partial().parse(parse(block).aws);
    expect(Object.keys(dumps ?? {})).toEqual(["image", "task"]);
  });

  test("every event that can be typed from them is one that the function takes", async () => {
    const files = [...typedFiles(await textOf("aws.md")).values()];
    const events = files.flatMap((file) => file as Record<string, string>[]);
    expect(events.map((event) => event["DetailType"])).toEqual(Object.values(REQUESTS));
    for (const { EventBusName, Source, DetailType, Detail = "" } of events) {
      expect({ EventBusName, Source }).toEqual({ EventBusName: "stillpoint", Source: OPERATOR_SOURCE });
      DETAILS[DetailType as keyof typeof DETAILS].parse(JSON.parse(Detail));
    }
  });

  test("every payload that can be typed from them is JSON, and a restore among them a request", async () => {
    const payloads = matches(await textOf("aws.md"), /--payload\s+\\?\s*'([^']*)'/g).map((text) =>
      JSON.parse(text),
    );
    expect(payloads).toContainEqual({ deployment: "payments" });
    const asked = payloads.filter((payload) => "detail-type" in payload);
    expect(asked).toMatchObject([{ "detail-type": REQUESTS.requested }]);
    for (const { detail } of asked) RestoreRequest.parse(detail);
  });

  test("the policy for a CronJob is what the function for backups may do, its network and events aside", async () => {
    const [json = ""] = matches(await textOf("kubernetes.md"), /```json\n([\s\S]*?)```/g);
    const { Statement } = JSON.parse(json) as { Statement: { Sid: string; Action: string | string[] }[] };
    const policy = Object.fromEntries(Statement.map(({ Sid, Action }) => [Sid, [Action].flat()]));
    const golden = await readFile(new URL("../deploy/golden/permissions.txt", import.meta.url), "utf8");
    const [backup = ""] = matches(golden, /^backup\n([\s\S]*?)\n\n/gm);
    const statements = [...backup.matchAll(/^ {2}Allow (\w+)\n((?: {4}[\w-]+:\w+\n)+)/gm)].map(
      ([, sid = "", actions = ""]) => [sid, actions.trim().split(/\s+/)] as const,
    );
    const beside = [
      "WriteLogs",
      "AttachToVpc",
      "LookAroundInVpc",
      "LeaveDeadLetters",
      "ReadSecrets",
      "Tell",
      "UseKeys",
    ];
    expect(policy).toEqual(Object.fromEntries(statements.filter(([sid]) => !beside.includes(sid))));
  });
});
