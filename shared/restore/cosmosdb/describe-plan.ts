import { secondText } from "../../verify/time-text.ts";
import { NOTHING, type PlanStep, type PlanText } from "../plan-step.ts";
import { writesSince } from "../plan-text.ts";
import { losses } from "./losses.ts";
import type { CosmosdbPlan, Way } from "./plan.ts";
import { madeAccounts } from "./restore.ts";
import { SETTING_NAMES } from "./settings.ts";

/** The plan in words. Everything in it comes from the plan itself, so that the text cannot promise something else. */
export function describeCosmosdbPlan(plan: CosmosdbPlan, nowMs: number): PlanText {
  return { steps: stepsOf(plan), consequences: [...consequences(plan, nowMs)] };
}

const UNDO = "stillpoint restore abandon RUN deletes the new accounts; the original is never touched";

function stepsOf(plan: CosmosdbPlan): readonly PlanStep[] {
  return [
    waitStep(plan),
    restoreStep(plan),
    strongStep(plan),
    wayStep(plan),
    verifyStep(),
    settingsStep(plan),
    cleanUpStep(plan),
  ];
}

function waitStep({ accounts }: CosmosdbPlan): PlanStep {
  const latest = Math.max(...accounts.map(({ later }) => later.atSecond));
  const does = `Wait until every container can be restored to its second, the coordinator also to ${secondText(latest)} (the account's own backups are some minutes behind)`;
  return { does, ...NOTHING, undo: "nothing to undo" };
}

function restoreStep(plan: CosmosdbPlan): PlanStep {
  const creates = madeAccounts(plan).map(({ account, name, of }) =>
    of === "copy" ? `account ${name}` : `account ${name} (database ${account.later.coordinator} alone)`,
  );
  const sources = plan.accounts.map(
    ({ original, atSecond }) => `${original.account} at ${secondText(atSecond)}`,
  );
  const does = `Restore ${sources.join(", ")} to a new account, closed to everybody and with time to live off, and its coordinator once more at a later second`;
  return { does, ...NOTHING, creates, undo: UNDO };
}

function strongStep(plan: CosmosdbPlan): PlanStep {
  const changes = madeAccounts(plan).map(({ name }) => `default consistency level of ${name}`);
  return {
    does: "Set the default consistency level of the new accounts to Strong, and read it back",
    ...NOTHING,
    changes,
    undo: UNDO,
  };
}

function wayStep(plan: CosmosdbPlan): PlanStep {
  const made = madeAccounts(plan);
  const creates = made.flatMap(({ account: { way }, name }) =>
    way.kind === "subnet" ? [endpointOf(name)] : [],
  );
  const changes = made.flatMap(({ account: { way, original }, name }) => [
    ...(way.kind === "address" ? [`firewall of ${name}: ${way.address} alone`] : []),
    ...(original.settings.localAuthDisabled
      ? [`data-plane roles of ${name}: this identity may read, since keys are switched off`]
      : []),
  ]);
  const ways = [...new Set(plan.accounts.map(({ way }) => wayText(way)))].join(", ");
  return {
    does: `Open the one way by which they are verified: ${ways}`,
    ...NOTHING,
    creates,
    changes,
    undo: UNDO,
  };
}

/** The way that is opened for the verification. */
function endpointOf(name: string): string {
  return `private endpoint ${name}-verify`;
}

function wayText(way: Way): string {
  return way.kind === "address" ? `from ${way.address}` : `a private endpoint in subnet ${way.subnet}`;
}

function verifyStep(): PlanStep {
  const does = "Read every row and verify it; an account that is disproven stops the restore here";
  return { does, ...NOTHING, undo: UNDO };
}

function settingsStep(plan: CosmosdbPlan): PlanStep {
  const takesOver = plan.mode === "in-place";
  const changes = plan.accounts.flatMap(({ target, original }) => [
    `in ${target} stored procedures, triggers, functions, indexing policy and throughput of ${original.containers.length} containers, and throughput of its databases`,
    ...(takesOver ? [`of ${target} itself: ${ACCOUNT_SETTINGS}`] : []),
  ]);
  const creates = plan.accounts.flatMap(({ target, original }) =>
    takesOver
      ? original.privateEndpoints.map(({ subnet }) => `private endpoint to ${target} in ${subnet}`)
      : [],
  );
  const deletes = plan.accounts.flatMap(({ target, way }) =>
    takesOver && way.kind === "subnet" ? [endpointOf(target)] : [],
  );
  const does = "Put the settings back and compare them, container by container";
  return { does, creates, changes, deletes, undo: UNDO };
}

const ACCOUNT_SETTINGS = [
  "time to live",
  // A key is told as what may be lost: nothing here sets one.
  ...SETTING_NAMES.flatMap(([setting, name]) => (setting === "customerKey" ? [] : [name])),
  "role definitions and assignments",
  "diagnostic settings",
  "locks",
].join(", ");

function cleanUpStep({ accounts }: CosmosdbPlan): PlanStep {
  const deletes = accounts.flatMap(({ later: { target }, way }) => [
    `account ${target}`,
    ...(way.kind === "subnet" ? [endpointOf(target)] : []),
  ]);
  return { does: "Delete the account with the later coordinator", ...NOTHING, deletes, undo: UNDO };
}

function* consequences(plan: CosmosdbPlan, nowMs: number): Generator<string> {
  if (plan.mode === "in-place") yield discardedByTakeover(plan, nowMs);
  else yield "The new account is to be looked at; the original and its instances go on as they are";
  yield* losses(plan);
  if (plan.leftOut.length > 0)
    yield `Made since the backup, and not in the new account: ${plan.leftOut.join(", ")}`;
  yield COSTS;
  yield TIME;
  if (plan.mode === "in-place")
    yield "Afterwards point the instances to the new account and start them fresh; the old account stays until you delete it, and costs until then";
}

/** What is lost once the instances work on the new account. */
export function discardedByTakeover({ accounts }: CosmosdbPlan, nowMs: number): string {
  return `${writesSince(accounts, "the new account", nowMs)}, and what the instances write until they are stopped`;
}

const COSTS =
  "Costs: the restored data is charged by the gigabyte (0.15 USD in most regions), and the new account's throughput and storage from then on, twice for the coordinator until it is deleted";

const TIME =
  "Time: Azure names 30 to 90 minutes for a terabyte, and some minutes at least; reading every row comes on top";
