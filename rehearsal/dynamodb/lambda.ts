import { toWireSeconds } from "./clock.ts";
import type { Mapping } from "./event-source-mapping.ts";
import { refuse } from "./refusal.ts";
import type { Wire } from "./wire.ts";
import type { Operations, World } from "./world.ts";

interface MappingInput extends Wire {
  readonly EventSourceArn?: string;
  readonly FunctionName?: string;
  readonly StartingPosition?: string;
  readonly Enabled?: boolean;
  readonly UUID?: string;
  readonly Marker?: string;
}

function create(world: World, input: MappingInput): object {
  const { EventSourceArn = "", FunctionName, Enabled = true, ...options } = input;
  if (!world.tables.all().some(({ arn, settings }) => isStream(EventSourceArn, arn, settings.stream?.label)))
    refuse("InvalidParameterValueException", `Stream not found: ${EventSourceArn}`);
  if (options.StartingPosition === undefined)
    refuse(
      "InvalidParameterValueException",
      "1 validation error detected: StartingPosition must not be null",
    );
  const mapping: Mapping = {
    BatchSize: 100,
    MaximumRetryAttempts: -1,
    DestinationConfig: { OnFailure: {} },
    FunctionResponseTypes: [],
    ...options,
    UUID: crypto.randomUUID(),
    EventSourceArn,
    FunctionArn: FunctionName,
    State: Enabled ? "Enabled" : "Disabled",
    LastModified: toWireSeconds(world.clock.now()),
  };
  world.mappings.set(mapping.UUID, mapping);
  return mapping;
}

function isStream(asked: string, tableArn: string, label: string | undefined): boolean {
  return label !== undefined && asked === `${tableArn}/stream/${label}`;
}

/** One at a time, so that a reader that forgets the next page is found out; the service has a hundred on a page. */
function list(world: World, { EventSourceArn, Marker }: MappingInput): object {
  const all = [...world.mappings.values()].filter(
    (mapping) => EventSourceArn === undefined || mapping.EventSourceArn === EventSourceArn,
  );
  const at = Number(Marker ?? 0);
  return {
    EventSourceMappings: all.slice(at, at + 1),
    ...(all.length > at + 1 && { NextMarker: String(at + 1) }),
  };
}

function remove(world: World, { UUID = "" }: MappingInput): object {
  const mapping = world.mappings.get(UUID);
  if (!world.mappings.delete(UUID))
    refuse("ResourceNotFoundException", `The resource you requested does not exist: ${UUID}`);
  return { ...mapping, State: "Deleting" };
}

export const LAMBDA: Operations = {
  CreateEventSourceMapping: create,
  ListEventSourceMappings: list,
  DeleteEventSourceMapping: remove,
};
