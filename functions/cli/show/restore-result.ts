import type { Run } from "../../../shared/catalog/model.ts";
import { commandsToRebuild, commandsToRepair } from "../../../shared/restore/cassandra/by-hand.ts";
import { type CheckedIndex, indexText } from "../../../shared/restore/cassandra/index-look.ts";
import type { CassandraResult } from "../../../shared/restore/cassandra/restore.ts";
import { repointLines } from "../../../shared/restore/cosmosdb/repoint.ts";
import type { CosmosdbResult } from "../../../shared/restore/cosmosdb/restore.ts";
import type { DynamodbResult } from "../../../shared/restore/dynamodb/restore.ts";
import type { JdbcResult, RestoredDump } from "../../../shared/restore/jdbc/restore.ts";
import { repointLines as serverProperties } from "../../../shared/restore/managed/repoint.ts";
import type { ManagedResult } from "../../../shared/restore/managed/restore.ts";
import type { RestoreResult, RunResult } from "../../../shared/restore/restore-plan.ts";
import { sizeText } from "../../../shared/restore/size-text.ts";
import type { VerificationReport } from "../../../shared/verify/report.ts";
import { summarize } from "../../../shared/verify/summary.ts";
import { searchedLines } from "./search.ts";
import { counted, fact, wrapped } from "./text.ts";
import { notUsedLines, settledLines } from "./unpaused.ts";

/** The end of a restore: what was verified, what did not come back, what was kept, what to do now. */
export function resultLines(
  run: Pick<Run, "id" | "deployment" | "point"> & Partial<Pick<Run, "state">>,
  result: RunResult,
): readonly string[] {
  if (result.kind === "search") return searchedLines(run, result);
  const { copies, mode } = result;
  return [
    `restored ${run.deployment} to ${run.point} ${whereTo(result)} (${run.id})`,
    ...(result.kind === "dynamodb" ? settledLines(run.id, result) : []),
    ...(result.kind === "dynamodb" ? notUsedLines(result) : []),
    ...verified("the copies", summarize(copies)),
    ...(copies.proof.kind === "unproven" ? wrapped(restsOn(result), "    ") : []),
    ...("replaced" in result && result.replaced
      ? verified("the restored tables", summaryAfter(copies, result.replaced))
      : []),
    ...(result.kind === "dynamodb" && mode === "side-by-side" ? [] : settingsLines(result)),
    ...madeLines(result),
    "",
    ...(mode === "side-by-side" ? removalLines(run) : wrapped(WHAT_TO_DO_NOW[result.kind], "")),
  ];
}

function whereTo({ kind, mode }: RestoreResult): string {
  if (mode === "side-by-side") return "side by side";
  if (kind === "cassandra") return "on the nodes themselves";
  return kind === "cosmosdb" ? "in a new account" : "under the original names";
}

function madeLines(result: RestoreResult): readonly string[] {
  switch (result.kind) {
    case "dynamodb":
      return backupLines(result);
    case "cosmosdb":
      return accountLines(result);
    case "jdbc":
      return dumpLines(result);
    case "managed":
      return serverLines(result);
    case "cassandra":
      return clusterLines(result);
    default:
      return result satisfies never;
  }
}

function backupLines({ backups }: DynamodbResult): readonly string[] {
  if (backups.length === 0) return [];
  return [
    `  kept: ${counted(backups.length, "backup")}, until somebody deletes them`,
    ...backups.map((arn) => `    ${arn}`),
  ];
}

function accountLines(result: CosmosdbResult): readonly string[] {
  const properties = repointLines(result);
  return [
    ...result.accounts.flatMap(({ account, restored, endpoint }) => [
      `  account ${account} was restored to ${restored}, at ${endpoint}`,
    ]),
    ...propertyLines("change in the properties of ScalarDL or ScalarDB", properties),
  ];
}

function dumpLines({ dumps }: JdbcResult): readonly string[] {
  const removal = dumps.flatMap((dump) => dump.removal.map((sql) => `    ${sql}  -- on ${dump.server}`));
  return [
    ...dumps.flatMap(dumpLinesOf),
    ...(removal.length === 0
      ? []
      : [
          ...wrapped("once you are sure that nothing of it is needed, this drops what was kept", "  "),
          ...removal,
        ]),
  ];
}

function dumpLinesOf({ server, noun, restored, kept }: RestoredDump): readonly string[] {
  return [
    ...Object.entries(restored).flatMap(([name, as]) =>
      wrapped(
        name === as
          ? `${noun} ${name} on ${server} is what was restored`
          : `${noun} ${name} was restored to ${as} on ${server}`,
        "  ",
      ),
    ),
    ...kept.flatMap(({ name, as, tables, bytes }) =>
      wrapped(
        `what was ${name} before is kept as ${as}: ${counted(tables, "table")}, ${sizeText(bytes)}`,
        "  ",
      ),
    ),
  ];
}

function serverLines(result: ManagedResult): readonly string[] {
  return [
    ...result.servers.map(({ server, restored, kept, host, port }) =>
      kept === undefined
        ? `  server ${server} was restored to ${restored}, at ${host}:${port}`
        : `  server ${restored} is the restored one, at ${host}:${port}; the original is kept as ${kept}`,
    ),
    ...propertyLines(
      "to move to it, change in the properties of ScalarDL or ScalarDB",
      serverProperties(result),
    ),
  ];
}

function clusterLines({ clusters }: CassandraResult): readonly string[] {
  return clusters.flatMap(({ cluster, snapshotId, nodes, indexes }) => [
    ...wrapped(
      `cluster ${cluster} holds what snapshot ${snapshotId} had on each of its ${counted(nodes.length, "node")}; to be done now`,
      "  ",
    ),
    ...commandsToRepair(nodes).map((command) => `    ${command}`),
    ...indexes.flatMap(indexLines),
  ]);
}

function indexLines(index: CheckedIndex): readonly string[] {
  const { finds } = index;
  switch (finds.kind) {
    case "rows":
      return wrapped(
        `index ${indexText(index)} was asked for ${counted(finds.rows, "row")} at every node, and finds them`,
        "  ",
      );
    case "unasked":
      return [
        ...wrapped(
          `index ${indexText(index)} was NOT asked: ${finds.why}. Where system/IndexInfo-* was not removed before the start, rebuild it on every node, one after the other`,
          "  ",
        ),
        ...commandsToRebuild([index]).map((command) => `    ${command}`),
      ];
    default:
      return finds satisfies never;
  }
}

function propertyLines(title: string, properties: readonly string[]): readonly string[] {
  return properties.length === 0 ? [] : [`  ${title}`, ...properties.map((line) => `    ${line}`)];
}

function restsOn(result: RestoreResult): string {
  return result.kind === "dynamodb" && result.settled ? RESTS_ON_BOUND : RESTS_ON_PAUSE;
}

const RESTS_ON_BOUND =
  "Nothing was found against it, and it could not be proven from the data alone: the restore rests on the bound on the clocks.";

const RESTS_ON_PAUSE =
  "Nothing was found against it, and it could not be proven from the data alone: the restore rests on the evidence of its pause.";

function verified(what: string, summary: readonly string[]): readonly string[] {
  return [`  verified ${what}`, ...summary.flatMap((line) => wrapped(line, "    "))];
}

/** Mostly the same again: said once. */
function summaryAfter(copies: VerificationReport, replaced: VerificationReport): readonly string[] {
  const [before, after] = [summarize(copies), summarize(replaced)];
  return before.join() === after.join()
    ? ["read back, row by row the same as the copies; every check came out as above"]
    : after;
}

function settingsLines({ kind, mode, settingsDifferences }: RestoreResult): readonly string[] {
  const tables = Object.entries(settingsDifferences);
  if (tables.length === 0) return [mode === "side-by-side" ? SETTINGS_BESIDE[kind] : ALL_CAME_BACK];
  return [
    "  settings that did NOT come back; put them back by hand",
    ...tables.flatMap(([table, found]) => found.flatMap((difference) => fact(table, difference, 0, "    "))),
  ];
}

const ALL_CAME_BACK = "  settings: all captured settings came back";

const SETTINGS_BESIDE: Readonly<Record<RestoreResult["kind"], string>> = {
  dynamodb: ALL_CAME_BACK,
  cosmosdb: "  settings: those of the containers came back; the account's own were not put back",
  jdbc: ALL_CAME_BACK,
  managed: ALL_CAME_BACK,
  cassandra: ALL_CAME_BACK,
};

function removalLines({ id, state }: Pick<Run, "id"> & Partial<Pick<Run, "state">>): readonly string[] {
  if (state === "abandoned") return ["The originals were not touched, and the run was abandoned since."];
  return [
    "The originals were not touched. Look at the copies; this removes them",
    `  stillpoint restore abandon ${id}`,
  ];
}

const WHAT_TO_DO_NOW: Readonly<Record<RestoreResult["kind"], string>> = {
  dynamodb:
    "Now start the instances fresh: new processes, not ones that were only paused. Then take a backup: the points before went with the originals.",
  cosmosdb:
    "Now stop the instances, change the properties, name the new account in the configuration of Stillpoint, and start the instances fresh: new processes, not ones that were only paused. Then take a backup. The old account was not touched: delete it when you no longer need it or its points.",
  jdbc: "Now start the instances fresh: new processes, not ones that were only paused. The restore points before are still good, and a new backup is soon taken.",
  managed:
    "Now start the instances fresh: new processes, not ones that were only paused. Then take a backup: the new servers' own history begins with the restore. The originals were only renamed: delete them when you no longer need them or their points.",
  cassandra:
    "Now repair the nodes, one after the other, and start the instances fresh: new processes, not ones that were only paused. Then take a backup. The restore points before are still good. What you moved aside on the nodes is the only copy of what was written since the point: delete it when you are sure that nothing of it is needed.",
};
