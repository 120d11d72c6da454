import type { VerificationEffects } from "../../verify/effects.ts";
import type { Scope } from "../../verify/scope.ts";
import type { RunEvent } from "../run-event.ts";
import type { CheckedIndex, LookedAtIndex } from "./index-look.ts";
import type { CassandraPlan, NodesOfCluster, PlannedCluster } from "./plan.ts";

/** When Cassy's restores of a snapshot were begun, on its clock, by the address of the node. */
export type KnownRestores = Readonly<Record<string, readonly number[]>>;

/** Nodes that Cassy is asked for, and the restores of theirs that it had before. */
export interface SentRestore extends NodesOfCluster {
  readonly before: KnownRestores;
}

/** Nodes on which Cassy's restore has failed. */
export interface FailedNodes {
  readonly database: string;
  readonly nodes: readonly string[];
}

/** Everything that the restore asks of the outside world. Every step can be carried out again. */
export type CassandraEffects = VerificationEffects & {
  /**
   * Fails with `PLAN_OUTDATED` where something is not as planned, `INSTANCES_RUNNING` where an instance answers,
   * `NODES_RUNNING` where a node does, or where nobody can tell.
   */
  recheck: { input: { plan: CassandraPlan }; answer: null };
  /** Restores of the snapshot that Cassy has seen so far. */
  "known-restores": { input: { cluster: PlannedCluster }; answer: KnownRestores };
  /**
   * Lets Cassy restore the nodes, once everything was looked at again. Where Cassy has begun since `before`, it was
   * asked already, and is not asked again: a second restore over the files of the first one fails.
   */
  "restore-nodes": { input: { plan: CassandraPlan; sent: SentRestore }; answer: null };
  /** Done once Cassy has ended, one way or the other, on every node. */
  "observe-restores": {
    input: { sent: readonly SentRestore[] };
    answer: { done: boolean; failed: readonly FailedNodes[] };
  };
  /**
   * Fails with `RESTORE_BLOCKED` until somebody who was told so has resumed the run: nobody else can see whether a
   * directory is empty.
   */
  "require-emptied": {
    input: { plan: CassandraPlan; attempt: number; failed: readonly FailedNodes[] };
    answer: null;
  };
  /** Done once all nodes of the snapshot answer in CQL, as those very nodes, and agree on the schema. */
  "observe-nodes": { input: { plan: CassandraPlan }; answer: { done: boolean } };
  /** What a verification of the restored clusters reads. Fails where a table of the snapshot is missing. */
  "scope-copies": { input: { plan: CassandraPlan }; answer: Scope };
  /** What every secondary index finds of rows that are there. Done once none of them is being built. */
  "observe-indexes": {
    input: { plan: CassandraPlan };
    answer: { done: boolean; indexes: Readonly<Record<string, readonly LookedAtIndex[]>> };
  };
  /** The same, at once. Fails with `RESTORE_BLOCKED` where one finds too little. By database. */
  "require-indexes": {
    input: { plan: CassandraPlan };
    answer: Readonly<Record<string, readonly CheckedIndex[]>>;
  };
  /** How the keyspaces are kept otherwise than in the snapshot, by `database: keyspace`. */
  "compare-clusters": {
    input: { plan: CassandraPlan };
    answer: Readonly<Record<string, readonly string[]>>;
  };
  report: { input: { event: CassandraEvent }; answer: null };
};

/** What a restore tells while it is at work; told again when it is resumed. */
export type CassandraEvent =
  | RunEvent<CassandraPhase>
  | { readonly kind: "node"; readonly node: string; readonly stage: string }
  /** What people have to do now, so that it goes on; or what it waits for. */
  | { readonly kind: "advice"; readonly text: string };

export type CassandraPhase = "check" | "restore-nodes" | "start-nodes" | "verify" | "indexes" | "compare";
