import { catalogOver } from "../shared/catalog/catalog.ts";
import type { Run } from "../shared/catalog/model.ts";
import { openStore } from "../shared/catalog/open-store.ts";
import { loadConfig } from "../shared/config/load-config.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { ERRORS } from "../shared/errors/table.ts";
import type { RestoreResult } from "../shared/restore/restore-plan.ts";
import { stillpoint } from "./command.ts";
import type { Expected } from "./expected.ts";
import type { Totals } from "./ledger/totals.ts";
import type { RehearsalWorld } from "./rehearsal-world.ts";

/** Who is told, and who may interrupt. */
export interface Audience {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What every step of a story has at hand. */
export interface Telling<World extends RehearsalWorld = RehearsalWorld> extends Audience {
  readonly world: World;
}

/** Runs a command, which must end with the status that the story needs. */
export async function run(
  { world, ...audience }: Telling,
  args: readonly string[],
  wanted = 0,
): Promise<void> {
  const status = await stillpoint(world, args, audience);
  if (status !== wanted) throw failed(`the command ended with status ${status} instead of ${wanted}`);
}

export function catalogOf(world: RehearsalWorld) {
  return catalogOver(openStore(loadConfig(world.config, {}).catalog, () => {}));
}

export async function lastRun(world: RehearsalWorld): Promise<Run> {
  const run = (await catalogOf(world).runs.list()).records.at(-1);
  if (run === undefined) throw failed("the plan was not recorded");
  return run;
}

/** Somebody damages the data, and the rows are asked whether they show it. */
export async function disaster(telling: Telling): Promise<void> {
  const { world, say } = telling;
  const { done, showsInRows } = await world.ruin();
  say(`   ${done}`);
  say(`   ${await tell(world)}`);
  await run(telling, ["verify", "--live"], showsInRows ? ERRORS.VERIFICATION_FAILED.exit : 0);
  if (showsInRows)
    say(
      `   What is missing shows too, a minute later: live ${world.words.tables} may still be at work on their last minute.`,
    );
  if (!showsInRows)
    say("   No row shows by itself that somebody changed it: tables without hashes have nothing that could.");
}

/** What the end of the restore says is to be changed, changed. */
export async function followUp({ world, say }: Telling): Promise<void> {
  const { result } = await lastRun(world);
  if (result === undefined) throw failed("the restore recorded no result");
  const done = await world.followUp(result as RestoreResult);
  if (done.length > 0) say("");
  for (const line of done) say(`   ${line}`);
}

/** Fails unless the restored service is the one that it has to be. */
export function checkRestored(world: RehearsalWorld, opening: Totals, restored: Totals, due: Expected): void {
  const { atLeast, atMost } = due;
  const isWhole = restored.balance === opening.balance && restored.assets === opening.assets;
  if (!isWhole || restored.transactions < atLeast || restored.transactions > atMost)
    throw failed(`the restored ${world.words.service} is not the one that was backed up`);
}

export async function tell(world: RehearsalWorld): Promise<string> {
  const { assets, balance, transactions } = await world.totals();
  return `Now ${assets} ${world.words.things}, ${balance} in all, ${transactions} committed transactions.`;
}

export function failed(message: string): StillpointError {
  return new StillpointError("REHEARSAL_FAILED", message);
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
