import { refuse } from "./refusal.ts";
import { changeable } from "./table-changes.ts";
import { findTable } from "./table-life.ts";
import type { Operations, World } from "./world.ts";

interface DestinationInput {
  readonly TableName?: string;
  readonly StreamArn?: string;
  readonly EnableKinesisStreamingConfiguration?: { readonly ApproximateCreationDateTimePrecision?: string };
}

/** The setting is only remembered: no record goes anywhere. */
function enable(world: World, input: DestinationInput): object {
  const { name, settings } = changeable(world, input.TableName);
  const { StreamArn = "", EnableKinesisStreamingConfiguration: configuration } = input;
  if (settings.kinesis.has(StreamArn))
    refuse("ValidationException", `Table is already streaming to ${StreamArn}: ${name}`);
  settings.kinesis.set(StreamArn, configuration?.ApproximateCreationDateTimePrecision ?? "MILLISECOND");
  return { TableName: name, StreamArn, DestinationStatus: "ENABLING" };
}

function disable(world: World, { TableName, StreamArn = "" }: DestinationInput): object {
  const { name, settings } = changeable(world, TableName);
  if (!settings.kinesis.delete(StreamArn))
    refuse("ValidationException", `Table is not streaming to ${StreamArn}: ${name}`);
  return { TableName: name, StreamArn, DestinationStatus: "DISABLING" };
}

function describe(world: World, { TableName }: DestinationInput): object {
  const { name, settings } = findTable(world, TableName);
  const destinations = [...settings.kinesis].map(([StreamArn, precision]) => ({
    StreamArn,
    DestinationStatus: "ACTIVE",
    ApproximateCreationDateTimePrecision: precision,
  }));
  return { TableName: name, KinesisDataStreamDestinations: destinations };
}

export const KINESIS_DESTINATIONS: Operations = {
  EnableKinesisStreamingDestination: enable,
  DisableKinesisStreamingDestination: disable,
  DescribeKinesisStreamingDestination: describe,
};
