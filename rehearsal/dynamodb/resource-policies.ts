import { performance } from "node:perf_hooks";
import { refuse } from "./refusal.ts";
import { changeable, checkCooldown } from "./table-changes.ts";
import { findTable } from "./table-life.ts";
import type { Table } from "./tables.ts";
import type { Operations, World } from "./world.ts";

interface PolicyInput {
  readonly ResourceArn?: string;
  readonly Policy?: string;
}

/** A table or its stream: each has a policy of its own, and that of a stream goes with the stream. */
interface Resource {
  readonly table: Table;
  readonly kind: "policy" | "streamPolicy";
}

const STREAM = /^(.*)\/stream\/([^/]+)$/;

function resourceOf(world: World, arn = "", find: typeof changeable = changeable): Resource {
  const [, tableArn, label] = STREAM.exec(arn) ?? [];
  if (tableArn === undefined) return { table: find(world, arn), kind: "policy" };
  const table = find(world, tableArn);
  if (table.settings.stream?.label === label) return { table, kind: "streamPolicy" };
  return refuse("ResourceNotFoundException", `Requested resource not found: Stream: ${arn} not found`);
}

function putResourcePolicy(world: World, { ResourceArn, Policy = "" }: PolicyInput): object {
  const { table, kind } = resourceOf(world, ResourceArn);
  checkDocument(Policy);
  checkCooldown(world, table, "resource policy");
  const revision = String(world.clock.now());
  table.settings[kind] = {
    text: Policy,
    revision,
    before: table.settings[kind]?.text,
    putMs: performance.now(),
  };
  return { RevisionId: revision };
}

function checkDocument(policy: string): void {
  try {
    JSON.parse(policy);
  } catch {
    refuse("ValidationException", "The policy document is malformed: it is no JSON");
  }
}

/** Eventually consistent: for a while the policy of before is answered, or none. */
function getResourcePolicy(world: World, { ResourceArn }: PolicyInput): object {
  const { table, kind } = resourceOf(world, ResourceArn, findTable);
  const policy = table.settings[kind];
  const isSeen = policy !== undefined && performance.now() - policy.putMs >= world.pace.policySeenMs;
  const text = isSeen ? policy.text : policy?.before;
  if (text === undefined)
    return refuse(
      "PolicyNotFoundException",
      `Resource-based policy not found for the provided ResourceArn: ${ResourceArn}`,
    );
  return { Policy: text, RevisionId: policy?.revision };
}

function deleteResourcePolicy(world: World, { ResourceArn }: PolicyInput): object {
  const { table, kind } = resourceOf(world, ResourceArn);
  table.settings[kind] = undefined;
  return {};
}

export const RESOURCE_POLICIES: Operations = {
  PutResourcePolicy: putResourcePolicy,
  GetResourcePolicy: getResourcePolicy,
  DeleteResourcePolicy: deleteResourcePolicy,
};
