import { SERVICE } from "../function-names.ts";

/** What the task definition is called in AWS, whatever its revision. */
export function taskFamily(stage: string): string {
  return `${SERVICE}-${stage}-task`;
}

/** A cluster of its own, which costs nothing: so that a rule knows its tasks by it. */
export function clusterName(stage: string): string {
  return `${SERVICE}-${stage}`;
}

export function taskLogGroup(stage: string): string {
  return `/${SERVICE}/${stage}/task`;
}
