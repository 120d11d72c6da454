import type { Capture } from "../../backup/effects.ts";
import type { Followed } from "../../backup/followed.ts";
import type { ClockSample } from "../../pause/clock-bound.ts";
import type { CapturedDynamodb } from "../../restore/dynamodb/captured.ts";
import { type Probe, probeClock } from "../clock-probe.ts";
import { capture, type Identified, identify, metadataTableOf, type Naming } from "./capture.ts";
import { askSecond } from "./clock.ts";
import { connect, type DynamodbAddress, type DynamodbConnection } from "./connection.ts";

/** How a DynamoDB of a deployment is reached, and how ScalarDB names its tables there. */
export interface DynamodbSettings extends DynamodbAddress, Naming {
  /** ScalarDL only. */
  readonly ledgerNamespace?: string;
  /** Whether tables with replicas in other regions are backed up. Refused where it is not said. */
  readonly globalTables?: "refuse" | "accept";
}

/** One DynamoDB of a deployment, as the backup sees it. */
export interface DynamodbDatabase {
  readonly kind: "dynamodb";
  readonly settings: DynamodbSettings;
  readonly connection: DynamodbConnection;
  capture(what?: {
    readonly withAlarms?: boolean;
  }): Promise<Capture & { readonly captured: CapturedDynamodb }>;
  /** Whether it is still the same, and worth a backup: quick, and without the settings. */
  identify(): Promise<Omit<Capture, "captured">>;
  probeClock(now: () => number, probe: Probe): Promise<readonly ClockSample[]>;
  /** Its points are complete at once: a restore waits until their second can be reached. */
  follow(): Promise<Followed>;
  close(): void;
}

export function openDynamodb(settings: DynamodbSettings): DynamodbDatabase {
  const connection = connect(settings);
  return {
    kind: "dynamodb",
    settings,
    connection,
    capture: async (what) => {
      const captured = await capture(connection, settings, what);
      return { ...worth(captured, settings), captured };
    },
    identify: async () => worth(await identify(connection, settings), settings),
    probeClock: (now, probe) =>
      probeClock({ now, askSecond: () => askSecond(connection, metadataTableOf(settings)) }, probe),
    follow: async () => ({ kind: "complete" }),
    close: () => connection.close(),
  };
}

interface Found {
  readonly tables: readonly Identified[];
  readonly missing: readonly string[];
}

function worth({ tables, missing }: Found, { globalTables }: DynamodbSettings): Omit<Capture, "captured"> {
  const absent = missing.map((name) => `table "${name}" is listed by ScalarDB but does not exist`);
  const uncovered = tables
    .filter(({ coverage }) => coverage === undefined)
    .map(({ name }) => `table "${name}" has no point-in-time recovery`);
  return {
    identity: tables.map(({ name, id }) => `${name} ${id}`),
    problems: [...absent, ...uncovered, ...replicated(tables, globalTables)],
    coveredFromSecond: Math.max(...tables.map(({ coverage }) => coverage?.earliestSecond ?? 0)),
  };
}

/** Why tables with replicas are worth no backup, and no second at which nobody paused either. */
export function replicated(
  tables: readonly { readonly name: string; readonly replicas?: readonly string[] }[],
  globalTables: DynamodbSettings["globalTables"] = "refuse",
): readonly string[] {
  if (globalTables === "accept") return [];
  return tables.flatMap(({ name, replicas = [] }) =>
    replicas.length === 0
      ? []
      : [
          `table "${name}" is a global table with replicas in ${replicas.join(", ")}: a pause here holds no writer there (where nobody writes there: globalTables: accept)`,
        ],
  );
}
