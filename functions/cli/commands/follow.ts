import { setTimeout as delay } from "node:timers/promises";
import { type EachDeployment, eachDeployment } from "../../../shared/deployment/each-deployment.ts";
import type { FollowedAll } from "../../../shared/deployment/follow-points.ts";
import { untilInterrupted } from "../interruption.ts";
import { FollowOutput, followedJson, followFailure } from "../json/follow.ts";
import { deploymentsOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { followedLines } from "../show/follow.ts";

export interface FollowOptions {
  readonly watch?: boolean;
}

/** Backups of a container come every few seconds to minutes. */
const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 30_000;

/** `stillpoint follow [DEPLOYMENT]`: of all deployments where none is named. */
export async function follow(
  shell: Shell,
  name: string | undefined,
  { watch = false }: FollowOptions,
): Promise<Outcome> {
  using interruption = untilInterrupted(shell, {
    stopping: "what is pending stays so; follow it again later",
  });
  let all = await look(shell, name);
  for (let waitMs = FIRST_WAIT_MS; watch && isPending(all); waitMs = Math.min(2 * waitMs, MOST_WAIT_MS)) {
    await delay(waitMs, undefined, { signal: interruption.signal }).catch(() => undefined);
    if (interruption.signal.aborted) break;
    all = merged(all, await look(shell, name));
  }
  const failure = followFailure(all);
  return {
    schema: FollowOutput,
    value: followedJson(all),
    lines: [
      ...all.done.flatMap(followedLines),
      ...all.unopened.map(({ deployment, failure: { message } }) => `${deployment}: ${message}`),
    ],
    ...(failure && { failure }),
  };
}

function look(shell: Shell, name: string | undefined): Promise<EachDeployment<FollowedAll>> {
  const opened = openCatalog(shell);
  return eachDeployment(deploymentsOf(opened.config, name), async (settings) => {
    const { followPoints } = await import("../../../shared/deployment/follow-points.ts");
    return withOpen(shell, opened, settings, (open) => followPoints(open));
  });
}

function isPending({ done }: EachDeployment<FollowedAll>): boolean {
  return done.some(({ points }) => points.some(({ state }) => state === "pending"));
}

/** What ended at an earlier look is told at the end too. */
function merged(
  before: EachDeployment<FollowedAll>,
  now: EachDeployment<FollowedAll>,
): EachDeployment<FollowedAll> {
  const ended = (deployment: string) =>
    before.done
      .filter((one) => one.deployment === deployment)
      .flatMap(({ points }) => points.filter(({ state }) => state !== "pending"));
  return {
    ...now,
    done: now.done.map((one) => ({ ...one, points: [...ended(one.deployment), ...one.points] })),
  };
}
