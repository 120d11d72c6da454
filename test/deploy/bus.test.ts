import { describe, expect, test } from "vitest";
import { permissionsOf } from "../../deploy/permissions/of-function.ts";
import { bus } from "../../deploy/resources/bus.ts";
import { NOTICES, OPERATOR_SOURCE, OWN_SOURCE, REQUESTS } from "../../shared/telemetry/event-types.ts";
import { FULL, LEAST, stackOf } from "./configurations.ts";
import { type Decision, decisionOn } from "./policy-evaluation.ts";

const OPS = "arn:aws:iam::123456789012:role/ops";
const LEAD = "arn:aws:iam::123456789012:role/team/ops-lead";
const ADMIN = "arn:aws:iam::123456789012:role/admin";
const MAY_DO_ALL = { Effect: "Allow", Action: "*" };

interface Put {
  readonly by?: string;
  readonly source?: string;
  readonly type: string;
  /** Statements of the caller's own policies. */
  readonly own?: readonly unknown[];
}

const full = busOf(FULL);
const least = busOf(LEAST);

describe("on the bus", () => {
  test.each([
    [REQUESTS.requested, OPS, "allowed"],
    [REQUESTS.resumed, OPS, "allowed"],
    [REQUESTS.approved, OPS, "denied"],
    [REQUESTS.requested, LEAD, "denied"],
    [REQUESTS.resumed, LEAD, "denied"],
    [REQUESTS.approved, LEAD, "allowed"],
  ] as const)("%s by %s is %s", async (type, by, decision) => {
    expect(await full({ by, type })).toBe(decision);
  });

  test("whoever may do everything in the account can neither ask nor approve unless listed", async () => {
    for (const type of Object.values(REQUESTS))
      expect(await full({ by: ADMIN, type, own: [MAY_DO_ALL] })).toBe("denied");
  });

  test("somebody without a principal of IAM, as a service on its own behalf, can neither ask nor approve", async () => {
    for (const type of Object.values(REQUESTS))
      expect(await full({ type, own: [MAY_DO_ALL] })).toBe("denied");
  });

  test("those who may ask cannot do it in the functions' name, nor tell what functions tell", async () => {
    expect(await full({ by: OPS, type: REQUESTS.requested, source: OWN_SOURCE })).toBe("denied");
    expect(await full({ by: OPS, type: NOTICES.restoreFinished })).toBe("denied");
    expect(await full({ by: ADMIN, type: NOTICES.windowRecorded, source: "any", own: [MAY_DO_ALL] })).toBe(
      "denied",
    );
  });

  test("nobody can ask or approve where nobody is listed", async () => {
    for (const by of [OPS, LEAD, ADMIN])
      for (const type of Object.values(REQUESTS))
        expect(await least({ by, type, own: [MAY_DO_ALL] })).toBe("denied");
  });

  test("events of others, which mean nothing here, are theirs to grant", async () => {
    expect(await full({ by: ADMIN, type: "something.else", source: "any", own: [MAY_DO_ALL] })).toBe(
      "allowed",
    );
    expect(await full({ by: ADMIN, type: "something.else", source: "any" })).toBe("not granted");
  });
});

describe("a function", () => {
  test("tells what it is for, under the functions' name only", async () => {
    const stack = await stackOf(FULL);
    const own = permissionsOf("backup", stack);
    const put = { by: "BackupRole", own };
    expect(await full({ ...put, type: NOTICES.windowRecorded, source: OWN_SOURCE })).toBe("allowed");
    expect(await full({ ...put, type: NOTICES.restoreFinished, source: OWN_SOURCE })).toBe("not granted");
    expect(await full({ ...put, type: NOTICES.windowRecorded })).toBe("not granted");
  });

  test("can neither ask for a restore nor approve one", async () => {
    const stack = await stackOf(FULL);
    for (const name of ["backup", "sweep", "request", "restore"] as const) {
      const by = `${name.charAt(0).toUpperCase()}${name.slice(1)}Role`;
      for (const type of Object.values(REQUESTS))
        for (const source of [OPERATOR_SOURCE, OWN_SOURCE])
          expect(await full({ by, type, source, own: permissionsOf(name, stack) })).toBe("denied");
    }
  });
});

function busOf(text: string): (put: Put) => Promise<Decision> {
  const statements = async () =>
    Object.values(bus(await stackOf(text))).flatMap(({ Properties }) => Properties["Statement"] ?? []);
  return async ({ by, source = OPERATOR_SOURCE, type, own = [] }) =>
    decisionOn(
      {
        action: "events:PutEvents",
        context: {
          "events:source": source,
          "events:detail-type": type,
          ...(by !== undefined && { "aws:PrincipalArn": by }),
        },
      },
      [...(await statements()), ...own],
    );
}
