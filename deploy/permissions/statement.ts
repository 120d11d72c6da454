import type { Reference } from "../resources/resource.ts";

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
export type Target = string | Reference;

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly Target[];
  readonly Condition?: Conditions;
}

/** Resources of actions that IAM cannot tie to any. */
export const ANYTHING = ["*"] as const;

export function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly Target[],
  Condition?: Conditions,
): Statement {
  return { Sid, Effect: "Allow", Action, Resource, ...(Condition && { Condition }) };
}

export function deny(
  Sid: string,
  Action: readonly string[],
  Resource: readonly Target[],
  Condition?: Conditions,
): Statement {
  return { ...allow(Sid, Action, Resource, Condition), Effect: "Deny" };
}
