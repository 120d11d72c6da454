import { NOTICES } from "../../shared/telemetry/event-types.ts";
import { type FunctionName, physicalName } from "../function-names.ts";
import { IDS } from "../logical-ids.ts";
import { arn, arnOf, type Reference } from "../resources/resource.ts";
import type { Stack } from "../stack-settings.ts";
import { capture } from "./capture.ts";
import {
  attachToVpc,
  leaveDeadLetters,
  readCatalog,
  readSecrets,
  tell,
  useKeys,
  writeCatalog,
  writeLogs,
} from "./common.ts";
import { keepParts } from "./parts.ts";
import { putSettingsBack, restoreTables } from "./restoring.ts";
import { allow, type Statement } from "./statement.ts";
import { backups, tables } from "./tables.ts";

/** Everything that a function may do. Whoever adds a call adds its permission here, and the test's list shows it. */
export function permissionsOf(name: FunctionName, stack: Stack): readonly Statement[] {
  return [writeLogs(stack, name), ...attachToVpc(stack, name), ...PERMISSIONS[name](stack)];
}

/** What serverless.yml names as `onError`. */
const DEAD_LETTERS = leaveDeadLetters(arnOf(IDS.deadLetters));
const RESTORE_NOTICES = [
  NOTICES.restoreStarted,
  NOTICES.restoreWaiting,
  NOTICES.restoreFinished,
  NOTICES.restoreFailed,
];

const PERMISSIONS: Readonly<Record<FunctionName, (stack: Stack) => readonly Statement[]>> = {
  /** Deletes nothing and restores nothing. */
  backup: (stack) => [
    DEAD_LETTERS,
    writeCatalog(stack.config),
    ...readSecrets(stack.config),
    ...capture(stack.config),
    tell(stack.config, [
      NOTICES.windowRecorded,
      NOTICES.windowInvalid,
      NOTICES.stillPaused,
      NOTICES.backupRefused,
    ]),
    ...useKeys(stack, "read"),
  ],
  sweep: (stack) => [
    writeCatalog(stack.config),
    ...readSecrets(stack.config),
    tell(stack.config, [NOTICES.stillPaused]),
    ...useKeys(stack, "read"),
  ],
  request: (stack) => [
    DEAD_LETTERS,
    writeCatalog(stack.config),
    startRestore(stack),
    wakeRestore(stack),
    ...useKeys(stack, "read"),
  ],
  restore: (stack) => [
    DEAD_LETTERS,
    writeCatalog(stack.config),
    ...readSecrets(stack.config),
    goOn(stack),
    startRestore(stack),
    wakeRestore(stack),
    startVerify(stack),
    ...capture(stack.config),
    ...restoreTables(stack.config),
    ...putSettingsBack(stack.config),
    tell(stack.config, RESTORE_NOTICES),
    ...useKeys(stack, "restore"),
  ],
  verify: (stack) => [
    ...readSecrets(stack.config),
    allow("ReadTables", ["dynamodb:DescribeTable", "dynamodb:Scan"], tables(stack.config)),
    ...keepParts(stack.config),
    ...useKeys(stack, "read"),
  ],
  status: (stack) => [readCatalog(stack.config), ...readSecrets(stack.config), ...useKeys(stack, "read")],
  /** On AWS every point is complete at once: it finds nothing to ask a database for. */
  follow: (stack) => [
    DEAD_LETTERS,
    writeCatalog(stack.config),
    ...readSecrets(stack.config),
    tell(stack.config, [NOTICES.pointComplete, NOTICES.pointFailed]),
    ...useKeys(stack, "read"),
  ],
  expire: (stack) => [
    DEAD_LETTERS,
    writeCatalog(stack.config),
    ...readSecrets(stack.config),
    allow(
      "ReadTables",
      ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"],
      tables(stack.config),
    ),
    allow("DeleteBackups", ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"], backups(stack.config)),
    ...useKeys(stack, "read"),
  ],
};

/** An execution is pinned to the version behind the alias, so only the alias is started. */
function startRestore(stack: Stack): Statement {
  return allow("StartRestore", ["lambda:InvokeFunction"], [functionArn(stack, "restore", ":durable")]);
}

function startVerify(stack: Stack): Statement {
  const resources = ["", ":$LATEST"].map((version) => functionArn(stack, "verify", version));
  return allow("StartVerify", ["lambda:InvokeFunction"], resources);
}

/** Executions that wait for an approval; one that finds itself approved already wakes itself. */
function wakeRestore(stack: Stack): Statement {
  return allow(
    "WakeRestore",
    ["lambda:SendDurableExecutionCallbackSuccess"],
    [functionArn(stack, "restore", ":*/durable-execution/*")],
  );
}

function goOn(stack: Stack): Statement {
  return allow(
    "GoOn",
    ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
    [functionArn(stack, "restore", ":*/durable-execution/*")],
  );
}

function functionArn({ stage }: Stack, name: FunctionName, rest: string): Reference {
  return arn("lambda", `function:${physicalName(stage, name)}${rest}`);
}
