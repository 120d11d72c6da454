import { randomUUID } from "node:crypto";
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { deleteRequest, updateRequest } from "./expression.ts";
import { keyAttributes } from "./key-bytes.ts";
import type { Mutation, MutationOutcome } from "./mutation.ts";
import type { Columns, Table } from "./table.ts";

/** The single-record storage under Consensus Commit: linearizable reads and conditional writes. */
export interface Storage {
  get(table: Table, key: Columns): Promise<Columns | undefined>;
  mutate(mutations: readonly Mutation[]): Promise<MutationOutcome>;
}

/**
 * How several mutations are sent. ScalarDB 3.19 puts all of one step into a TransactWriteItems; ScalarDB before it
 * (and ScalarDB Server) sends each partition's by itself, side by side.
 */
export type Grouping = "together" | "each-record";

export interface StorageOptions {
  readonly prefix: string;
  readonly grouping: Grouping;
}

/** ScalarDB's DynamoDB adapter, as far as a ledger needs it. */
export function openStorage(client: DynamoDBClient, { prefix, grouping }: StorageOptions): Storage {
  const one = (mutation: Mutation) => outcomeOf(sendOne(client, prefix, mutation));
  return {
    async get(table, key) {
      const request = {
        TableName: prefix + table.name,
        Key: keyAttributes(table, key),
        ConsistentRead: true,
      };
      return (await client.send(new GetItemCommand(request))).Item;
    },
    async mutate(mutations) {
      const [first, ...rest] = mutations;
      if (!first) return "done";
      if (rest.length === 0) return one(first);
      if (grouping === "together") return outcomeOf(sendTogether(client, prefix, mutations));
      return joined(await Promise.allSettled(mutations.map(one)));
    },
  };
}

/** A failure only when all have ended: what is still under way could not be rolled back. */
export function joined(outcomes: readonly PromiseSettledResult<MutationOutcome>[]): MutationOutcome {
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
  const done = outcomes.filter(
    (outcome) => outcome.status === "fulfilled" && outcome.value === "done",
  ).length;
  if (done === outcomes.length) return "done";
  return done === 0 ? "refused" : "partly-done";
}

async function sendOne(client: DynamoDBClient, prefix: string, mutation: Mutation): Promise<void> {
  if (mutation.kind === "put") await client.send(new UpdateItemCommand(updateRequest(prefix, mutation)));
  else await client.send(new DeleteItemCommand(deleteRequest(prefix, mutation)));
}

async function sendTogether(
  client: DynamoDBClient,
  prefix: string,
  mutations: readonly Mutation[],
): Promise<void> {
  const items = mutations.map((mutation) =>
    mutation.kind === "put"
      ? { Update: updateRequest(prefix, mutation) }
      : { Delete: deleteRequest(prefix, mutation) },
  );
  await client.send(
    new TransactWriteItemsCommand({ TransactItems: items, ClientRequestToken: randomUUID() }),
  );
}

/** Conditions that do not hold, and items that another request holds, are conflicts; the rest is a failure. */
const CONFLICTS = new Set([
  "ConditionalCheckFailedException",
  "TransactionConflictException",
  "TransactionCanceledException",
  "TransactionInProgressException",
]);

async function outcomeOf(sent: Promise<void>): Promise<MutationOutcome> {
  try {
    await sent;
    return "done";
  } catch (error) {
    if (error instanceof Error && CONFLICTS.has(error.name)) return "refused";
    throw error;
  }
}
