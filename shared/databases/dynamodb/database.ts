import type { Capture } from "../../backup/effects.ts";
import type { ClockSample } from "../../pause/clock-bound.ts";
import type { CapturedDynamodb } from "../../restore/dynamodb/captured.ts";
import { type Probe, probeClock } from "../clock-probe.ts";
import { capture, metadataTableOf, type Naming } from "./capture.ts";
import { askSecond } from "./clock.ts";
import { connect, type DynamodbAddress, type DynamodbConnection } from "./connection.ts";

/** How a DynamoDB of a deployment is reached, and how ScalarDB names its tables there. */
export interface DynamodbSettings extends DynamodbAddress, Naming {
  /** ScalarDL only. */
  readonly ledgerNamespace?: string;
}

/** One DynamoDB of a deployment, as the backup sees it. */
export interface DynamodbDatabase {
  readonly settings: DynamodbSettings;
  readonly connection: DynamodbConnection;
  capture(): Promise<Capture & { readonly captured: CapturedDynamodb }>;
  probeClock(now: () => number, probe: Probe): Promise<readonly ClockSample[]>;
  close(): void;
}

export function openDynamodb(settings: DynamodbSettings): DynamodbDatabase {
  const connection = connect(settings);
  return {
    settings,
    connection,
    capture: async () => asCapture(await capture(connection, settings)),
    probeClock: (now, probe) =>
      probeClock({ now, askSecond: () => askSecond(connection, metadataTableOf(settings)) }, probe),
    close: () => connection.close(),
  };
}

function asCapture(captured: CapturedDynamodb): Capture & { readonly captured: CapturedDynamodb } {
  const missing = captured.missing.map((name) => `table "${name}" is listed by ScalarDB but does not exist`);
  const uncovered = captured.tables
    .filter(({ coverage }) => coverage === undefined)
    .map(({ name }) => `table "${name}" has no point-in-time recovery`);
  const replicated = captured.tables
    .filter(({ replicas }) => replicas.length > 0)
    .map(({ name, replicas }) => `table "${name}" is a global table with replicas in ${replicas.join(", ")}`);
  return {
    identity: captured.tables.map(({ name, id }) => `${name} ${id}`),
    problems: [...missing, ...uncovered, ...replicated],
    coveredFromSecond: Math.max(...captured.tables.map(({ coverage }) => coverage?.earliestSecond ?? 0)),
    captured,
  };
}
