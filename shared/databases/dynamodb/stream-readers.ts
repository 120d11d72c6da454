import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { messageOf } from "../../errors/stillpoint-error.ts";
import type { StreamReader } from "../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "./connection.ts";
import { attempt, isRefusal } from "./refusal.ts";

/** Pages of a hundred mappings of one stream. */
const MOST_PAGES = 20;

/** What CreateEventSourceMapping takes for a stream of DynamoDB, beside function, source and starting position. */
const OPTIONS = [
  "BatchSize",
  "MaximumBatchingWindowInSeconds",
  "ParallelizationFactor",
  "BisectBatchOnFunctionError",
  "MaximumRetryAttempts",
  "MaximumRecordAgeInSeconds",
  "TumblingWindowInSeconds",
  "FunctionResponseTypes",
  "FilterCriteria",
  "DestinationConfig",
  "KMSKeyArn",
] as const satisfies readonly (keyof EventSourceMappingConfiguration)[];

export interface StreamReaders {
  readonly readers?: StreamReader[];
  /** Why nobody knows. */
  readonly unread?: string;
}

export type ReadersOf = (streamArn: string) => Promise<StreamReaders>;

/**
 * Asks Lambda which functions read a stream. Lambda is none of the databases: where it may not be asked or does
 * not answer, as from a network without a way to it, that is noted, and it is not asked for the other tables.
 */
export function streamReaders(connection: DynamodbConnection): ReadersOf {
  let unread: string | undefined;
  return async (streamArn) => {
    if (unread !== undefined) return { unread };
    try {
      return { readers: await readReaders(connection, streamArn) };
    } catch (error) {
      unread = `the Lambda functions that read the stream (lambda:ListEventSourceMappings: ${reasonOf(error)})`;
      return { unread };
    }
  };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return isRefusal(cause, "AccessDeniedException", "AccessDenied") ? "not allowed" : messageOf(error);
}

async function readReaders(connection: DynamodbConnection, streamArn: string): Promise<StreamReader[]> {
  const { ListEventSourceMappingsCommand } = await import("@aws-sdk/client-lambda");
  const lambda = await connection.lambda();
  const readers: StreamReader[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = { EventSourceArn: streamArn, ...(marker && { Marker: marker }) };
    const answer = await attempt("list the event source mappings of", streamArn, () =>
      lambda.send(new ListEventSourceMappingsCommand(input)),
    );
    readers.push(...(answer.EventSourceMappings ?? []).map(readerOf));
    marker = answer.NextMarker;
    if (!marker) break;
  }
  return readers;
}

function readerOf(mapping: EventSourceMappingConfiguration): StreamReader {
  const options = OPTIONS.flatMap((name) => {
    const value = mapping[name];
    return value === undefined || value === null || isEmpty(value) ? [] : [[name, value] as const];
  });
  const { UUID: uuid = "", FunctionArn: functionArn = "", State: state = "" } = mapping;
  const enabled = !["Disabled", "Disabling"].includes(state);
  return { uuid, functionArn, enabled, options: Object.fromEntries(options) };
}

/** The service answers empty structures where nothing is set. */
function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(isNothing);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || isEmpty(value);
}
