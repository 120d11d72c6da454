import { codeOf, messageOf } from "../../../errors/stillpoint-error.ts";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import { captureTable } from "../capture.ts";
import type { DynamodbConnection } from "../connection.ts";
import { patiently } from "../patiently.ts";
import { attempt, isRefusal } from "../refusal.ts";
import { untilActive } from "../until-active.ts";
import { putBillingBack } from "./billing.ts";
import type { Changing } from "./change.ts";
import { putInsightsBack } from "./insights.ts";
import { putKinesisBack } from "./kinesis.ts";
import { putOnDemandLimitsBack } from "./on-demand-limits.ts";
import { putPolicyBack } from "./policy.ts";
import { putProtectionBack } from "./protection.ts";
import { putRecoveryBack } from "./recovery.ts";
import { putScalingBack } from "./scaling.ts";
import { putStreamBack } from "./stream.ts";
import { putTableClassBack } from "./table-class.ts";
import { putTagsBack } from "./tags.ts";
import { putTtlBack } from "./time-to-live.ts";

/** What passes by itself after a table has become active, and between two changes of it. */
const PASSING = [
  "ContinuousBackupsUnavailableException",
  "ResourceInUseException",
  "ThrottlingException",
  "LimitExceededException",
  "ConcurrentUpdateException",
] as const;

/** In the order that the service takes without refusing; the policy last, since it may forbid the others. */
const IN_ORDER: readonly ((changing: Changing, wanted: TableSettings) => Promise<void>)[] = [
  putBillingBack,
  putScalingBack,
  putStreamBack,
  putTtlBack,
  putRecoveryBack,
  putTagsBack,
  putProtectionBack,
  putTableClassBack,
  putOnDemandLimitsBack,
  putInsightsBack,
  putKinesisBack,
  putPolicyBack,
];

/** Puts the captured settings back, each only where it differs. Answers what was refused for good. */
export async function applySettings(
  connection: DynamodbConnection,
  name: string,
  wanted: TableSettings,
): Promise<readonly string[]> {
  await untilActive(connection, name);
  const table = await captureTable(connection, name, { coordinator: false, metadata: {} });
  if (table === undefined) return [];
  const refused: string[] = [];
  const changing: Changing = {
    connection,
    table,
    change: async (what, call) => {
      try {
        await attempt(`put back ${what} of table`, name, () => patiently(PASSING, call));
        return true;
      } catch (error) {
        if (!isForGood(error)) throw error;
        refused.push(messageOf(error));
        return false;
      }
    },
    settled: () => untilActive(connection, name),
  };
  for (const putBack of IN_ORDER) await putBack(changing, wanted);
  return refused;
}

/** No further try would change it: the other settings are put back all the same, and people are told. */
function isForGood(error: unknown): boolean {
  const { cause } = error as Error;
  const theirs = (cause as { $fault?: unknown } | undefined)?.$fault === "server";
  return codeOf(error) === "DATABASE_REFUSED" && !theirs && !isRefusal(cause, ...PASSING);
}
