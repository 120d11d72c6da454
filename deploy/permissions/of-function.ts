import { NOTICES } from "../../shared/telemetry/event-types.ts";
import { DUMP, type FunctionName, functionsOf, physicalName } from "../function-names.ts";
import { IDS } from "../logical-ids.ts";
import { arn, arnOf, type Reference } from "../resources/resource.ts";
import type { Stack } from "../stack-settings.ts";
import { capture, lookBriefly } from "./capture.ts";
import {
  attachToVpc,
  leaveDeadLetters,
  readCatalog,
  readSecrets,
  tell,
  useKeys,
  writeCatalog,
  writeLogs,
  writeSettlements,
} from "./common.ts";
import { followDumps, keepDumps, readDumps } from "./dumps.ts";
import { keepParts } from "./parts.ts";
import { putSettingsBack, restoreTables } from "./restoring.ts";
import { captureServers, findServers, restoreServers } from "./servers.ts";
import { readSnapshots, seeSnapshots } from "./snapshots.ts";
import { allow, type Statement } from "./statement.ts";
import { backups, tables } from "./tables.ts";
import { startTask } from "./task.ts";

/** Everything that a function may do. Whoever adds a call adds its permission here, and the test's list shows it. */
export function permissionsOf(name: FunctionName, stack: Stack): readonly Statement[] {
  const all = [writeLogs(stack, name), ...attachToVpc(stack, name), ...PERMISSIONS[name](stack)];
  // Of a kind of database that no deployment has.
  return all.filter(({ Resource }) => Resource.length > 0);
}

/** What serverless.yml names as `onError`. */
const DEAD_LETTERS = leaveDeadLetters(arnOf(IDS.deadLetters));
const BACKUP_NOTICES = [
  NOTICES.windowRecorded,
  NOTICES.windowInvalid,
  NOTICES.stillPaused,
  NOTICES.backupRefused,
];
/** Where a backup ends with its point, or somebody else carries that to its end. */
const POINT_NOTICES = [NOTICES.pointComplete, NOTICES.pointFailed];
const RESTORE_NOTICES = [
  NOTICES.restoreStarted,
  NOTICES.restoreWaiting,
  NOTICES.restoreFinished,
  NOTICES.restoreFailed,
  NOTICES.searchStarted,
  NOTICES.quietFound,
  NOTICES.searchFailed,
];

const PERMISSIONS: Readonly<Record<FunctionName, (stack: Stack) => readonly Statement[]>> = {
  /** Deletes nothing and restores nothing. */
  backup: (stack) => [
    DEAD_LETTERS,
    writeCatalog(stack.config),
    ...readSecrets(stack.config),
    ...capture(stack.config),
    ...captureServers(stack.config),
    ...seeSnapshots(stack),
    ...startDump(stack),
    ...startTask(stack),
    tell(stack.config, BACKUP_NOTICES),
    ...useKeys(stack, "read"),
  ],
  /** Takes the backups of servers that are dumped; there is nothing else that it may touch. */
  dump: (stack) => [
    DEAD_LETTERS,
    writeCatalog(stack.config),
    ...readSecrets(stack.config),
    ...keepDumps(stack),
    tell(stack.config, [...BACKUP_NOTICES, ...POINT_NOTICES]),
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
    ...captureServers(stack.config),
    ...restoreServers(stack.config),
    ...restoreTables(stack.config),
    ...putSettingsBack(stack.config),
    ...readDumps(stack),
    ...readSnapshots(stack),
    ...startTask(stack),
    tell(stack.config, RESTORE_NOTICES),
    ...useKeys(stack, "restore"),
  ],
  verify: (stack) => [
    ...readSecrets(stack.config),
    allow("ReadTables", ["dynamodb:DescribeTable", "dynamodb:Scan"], tables(stack.config)),
    ...findServers(stack.config),
    ...keepParts(stack.config),
    ...writeSettlements(stack.config),
    ...useKeys(stack, "read"),
  ],
  status: (stack) => [
    readCatalog(stack.config),
    ...readSecrets(stack.config),
    ...lookBriefly(stack.config),
    ...findServers(stack.config),
    ...useKeys(stack, "read"),
  ],
  /** Reads back what a dead backup has stored of its dumps, and asks servers how far they can be restored. */
  follow: (stack) => [
    DEAD_LETTERS,
    writeCatalog(stack.config),
    ...readSecrets(stack.config),
    ...findServers(stack.config),
    ...followDumps(stack),
    ...readSnapshots(stack),
    tell(stack.config, POINT_NOTICES),
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

/** What a task may do, for backups and for restores: what the functions may that it stands in for. */
export function permissionsOfTask(stack: Stack): readonly Statement[] {
  return [
    writeCatalog(stack.config),
    ...keepDumps(stack),
    ...keepParts(stack.config),
    tell(stack.config, [...BACKUP_NOTICES, ...POINT_NOTICES, ...RESTORE_NOTICES]),
    ...useKeys(stack, "read"),
  ];
}

function startDump(stack: Stack): readonly Statement[] {
  if (!functionsOf(stack.config).includes(DUMP)) return [];
  return [allow("StartDump", ["lambda:InvokeFunction"], [functionArn(stack, DUMP, "")])];
}

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
