import type { Verdict } from "../catalog/model.ts";
import { addressOf, type Discovery, type GateAnswer, type Instance, type PauseOutcome } from "./instance.ts";

/** Which instances may be paused by us after these outcomes: every doubt counts as paused. */
export function mayBeOurs(outcome: PauseOutcome): boolean {
  switch (outcome.kind) {
    case "paused":
    case "unknown":
      return true;
    case "drain-timed-out":
    case "held-by-another":
    case "pause-in-progress":
    case "opened-during-drain":
    case "not-sent":
      return false;
    default:
      return outcome satisfies never;
  }
}

/** What the pause itself did not achieve, in words. */
export function pauseReasons(outcomes: readonly PauseOutcome[]): readonly string[] {
  return outcomes.flatMap((outcome) => {
    const address = addressOf(outcome.instance);
    switch (outcome.kind) {
      case "paused":
        return [];
      case "drain-timed-out":
        return [
          `"${address}" did not drain within the drain wait (${outcome.message}): a client may have left a transaction open, which holds up every drain until its client ends it or it expires`,
        ];
      case "held-by-another":
        return [
          `"${address}" did not drain, and somebody else's earlier pause holds its gate (${outcome.message})`,
        ];
      case "pause-in-progress":
        return [`"${address}" was being paused by somebody else (${outcome.message})`];
      case "opened-during-drain":
        return [`"${address}" was unpaused by somebody else while it drained (${outcome.message})`];
      case "not-sent":
        return [`"${address}" never received the Pause (${outcome.message})`];
      case "unknown":
        return [`"${address}" did not say whether it paused (${outcome.message})`];
      default:
        return outcome satisfies never;
    }
  });
}

/** Law 2: each instance must say by itself that its gate is closed, before the hold and once more after it. */
export function gateReasons(answers: readonly GateAnswer[], when: string): readonly string[] {
  return answers.flatMap((answer) => {
    const address = addressOf(answer.instance);
    switch (answer.kind) {
      case "closed":
        return [];
      case "open":
        return [`"${address}" said that its gate was open ${when}`];
      case "no-listener":
      case "unresolved":
      case "no-answer":
        return [`"${address}" did not say ${when} whether its gate was closed (${answer.message})`];
      default:
        return answer satisfies never;
    }
  });
}

const identity = (instance: Instance) =>
  `${instance.component} ${addressOf(instance)}${instance.uid === undefined ? "" : ` uid ${instance.uid}`}`;

/** The instances must be the same before and after; an address that answers may hide one that was replaced. */
export function discoveryReasons(before: Discovery, after: Discovery): readonly string[] {
  const was = new Set(before.instances.map(identity));
  const is = new Set(after.instances.map(identity));
  const gone = [...was]
    .filter((one) => !is.has(one))
    .map((one) => `instance "${one}" was gone after the hold`);
  const come = [...is]
    .filter((one) => !was.has(one))
    .map((one) => `instance "${one}" had appeared during the pause`);
  const torn =
    after.disagreement === undefined ? [] : [`discovery after the hold disagreed: ${after.disagreement}`];
  return [...gone, ...come, ...torn];
}

export function verdictFrom(reasons: readonly string[]): Verdict {
  return reasons.length === 0 ? { kind: "valid" } : { kind: "invalid", reasons: [...reasons] };
}
