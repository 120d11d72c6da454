import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { requestLimits } from "../aws/request-limits.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { type NOTICES, OWN_SOURCE } from "./event-types.ts";
import type { Happening } from "./happening.ts";

/** PutEvents answers 200 although it has not taken an event; so often it is given once more. */
const MOST_ATTEMPTS = 3;
const TIMEOUTS = requestLimits(1_000, 3_000);

export interface EventBus {
  /** `EVENT_UNDELIVERED` where the bus did not take it. */
  put(happening: Happening): Promise<void>;
  close(): void;
}

export interface BusAddress {
  readonly bus: string;
  readonly region: string;
  readonly endpoint?: string;
}

export function eventBus({ bus, region, endpoint }: BusAddress): EventBus {
  const client = new EventBridgeClient({
    region,
    maxAttempts: MOST_ATTEMPTS,
    requestHandler: TIMEOUTS,
    ...(endpoint && { endpoint }),
  });
  return {
    put: (happening) => put(client, bus, happening),
    close: () => client.destroy(),
  };
}

async function put(client: EventBridgeClient, bus: string, { kind, ...detail }: Happening): Promise<void> {
  const type: (typeof NOTICES)[keyof typeof NOTICES] = `stillpoint.${kind}`;
  const entry = { EventBusName: bus, Source: OWN_SOURCE, DetailType: type, Detail: JSON.stringify(detail) };
  let why = "";
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const answer = await client.send(new PutEventsCommand({ Entries: [entry] })).catch((error: unknown) => {
      throw undelivered(type, bus, (error as Error).message, error);
    });
    const [refused] = (answer.Entries ?? []).filter(({ ErrorCode }) => ErrorCode !== undefined);
    if ((answer.FailedEntryCount ?? 0) === 0) return;
    why = `${refused?.ErrorCode}: ${refused?.ErrorMessage}`;
  }
  throw undelivered(type, bus, why);
}

function undelivered(type: string, bus: string, why: string, cause?: unknown): StillpointError {
  return new StillpointError(
    "EVENT_UNDELIVERED",
    `event bus "${bus}" did not take "${type}": ${why}; what it tells of has happened all the same`,
    { cause },
  );
}
