import { EventGridPublisherClient } from "@azure/eventgrid";
import type { TokenCredential } from "@azure/identity";
import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";
import { type NOTICES, OWN_SOURCE } from "./event-types.ts";
import type { Happening } from "./happening.ts";

const TIMEOUT_MS = 5_000;
const RETRIES_MOST = 2;

export interface EventTopic {
  /** `EVENT_UNDELIVERED` where the topic did not take it. */
  put(happening: Happening): Promise<void>;
}

/** A topic of Event Grid, by the address that it is published at. It takes CloudEvents. */
export function eventTopic(endpoint: string, credential: () => Promise<TokenCredential>): EventTopic {
  let client: Promise<EventGridPublisherClient<"CloudEvent">> | undefined;
  return {
    put: async (happening) => {
      client ??= credential().then((identity) => publisher(endpoint, identity));
      client.catch(() => {
        client = undefined;
      });
      await put(await client, endpoint, happening);
    },
  };
}

function publisher(endpoint: string, identity: TokenCredential) {
  return new EventGridPublisherClient(endpoint, "CloudEvent", identity, {
    retryOptions: { maxRetries: RETRIES_MOST },
  });
}

async function put(
  client: EventGridPublisherClient<"CloudEvent">,
  endpoint: string,
  { kind, ...data }: Happening,
): Promise<void> {
  const type: (typeof NOTICES)[keyof typeof NOTICES] = `stillpoint.${kind}`;
  const event = { type, source: OWN_SOURCE, subject: data.deployment, data };
  try {
    await client.send([event], { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new StillpointError(
      "EVENT_UNDELIVERED",
      `event topic "${endpoint}" did not take "${type}": ${messageOf(cause)}; what it tells of has happened all the same`,
      { cause },
    );
  }
}
