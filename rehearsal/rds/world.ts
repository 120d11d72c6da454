import type { DatabaseClock } from "../dynamodb/clock.ts";
import type { Wire } from "../dynamodb/wire.ts";
import type { Faults } from "./faults.ts";
import type { Fronts } from "./fronts.ts";
import type { Pace } from "./pace.ts";
import type { Place } from "./place.ts";
import type { Input } from "./query.ts";
import type { Resource } from "./resource.ts";

/** Real data behind the imitated servers: without it they are names and settings only. */
export interface Backing {
  /** A server with what the source held at the second. */
  restore(sourceId: string, target: string, atSecond: number): Promise<Place>;
  remove(target: string): Promise<void>;
}

export interface Subscription {
  readonly name: string;
  readonly type: string;
  sources: string[];
}

/** Everything that the operations of the imitated service share. */
export interface World {
  readonly clock: DatabaseClock;
  readonly pace: Pace;
  readonly region: string;
  readonly faults: Faults;
  readonly resources: Resource[];
  readonly subscriptions: Subscription[];
  /** Targets by the name of the proxy. */
  readonly proxies: Map<string, readonly string[]>;
  readonly customEndpoints: { readonly cluster: string; readonly name: string }[];
  /** Names of groups that exist, by their kind. */
  readonly groups: Readonly<Record<GroupKind, Set<string>>>;
  readonly quotas: Map<string, number>;
  readonly alarms: Map<string, Wire>;
  readonly backing: Backing | undefined;
  /** Endpoints that lead to real data. */
  readonly fronts: Fronts | undefined;
  /** Why restores of real data went wrong. */
  readonly failures: string[];
  /** Restores of real data that are under way. */
  readonly background: Set<Promise<unknown>>;
  births: number;
}

export type GroupKind = "subnet" | "parameter" | "clusterParameter" | "option";

export type Action = (world: World, input: Input) => object | Promise<object>;
export type Actions = { readonly [name: string]: Action };
