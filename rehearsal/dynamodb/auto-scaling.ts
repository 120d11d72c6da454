import type { Wire } from "./wire.ts";

/** What a target or a policy is about: `table/NAME` or `table/NAME/index/INDEX`, and reads or writes of it. */
export interface Scope {
  readonly ServiceNamespace?: string;
  readonly ResourceId?: string;
  readonly ScalableDimension?: string;
}

export type Target = Scope & Wire;
export type Policy = Scope & Wire & { readonly PolicyName: string };

/**
 * Known by the resource's name alone: targets and policies survive the deletion of a table, and a table of the
 * same name falls under them again.
 */
export class AutoScaling {
  readonly targets = new Map<string, Target>();
  readonly policies = new Map<string, Policy>();
}

export function keyOf({ ServiceNamespace, ResourceId, ScalableDimension }: Scope): string {
  return `${ServiceNamespace} ${ResourceId} ${ScalableDimension}`;
}
