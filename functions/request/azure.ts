import { app, type EventGridEvent, type HttpRequest, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import * as z from "zod";
import { RestoreApproval, RestoreRequest, RestoreResumption } from "../../shared/restore/restore-request.ts";
import { REQUESTS } from "../../shared/telemetry/event-types.ts";
import { isOfTheCaller } from "../azure/answer.ts";
import { executionsOf } from "../azure/executions.ts";
import { type AzureHost, onAzure } from "../azure/host.ts";
import { answering, bodyOf } from "../azure/plain-http.ts";
import { parsed } from "../parsed.ts";
import { approved, type Executions, requested, resumed } from "./take.ts";

const ACCEPTED = 202;
const BY_KEY = "a holder of the key of the function approval";

/**
 * Over HTTP, each with a key of its own, so that who may ask need not be who may approve. By an event only what
 * destroys nothing by itself: an approval is none.
 */
export function registerRequests(): void {
  post("request", RestoreRequest, requested);
  post("approval", RestoreApproval, (host, executions, approval) =>
    approved(host, executions, { ...approval, by: BY_KEY }),
  );
  post("resume", RestoreResumption, (host, executions, { run }) => resumed(host, executions, run, undefined));
  app.eventGrid("request-event", {
    extraInputs: [CLIENT],
    handler: (event: EventGridEvent, context) => onEvent(event, context),
  });
}

const CLIENT = df.input.durableClient();

function post<T>(
  name: string,
  schema: z.ZodType<T>,
  work: (host: AzureHost, executions: Executions, asked: T) => Promise<unknown>,
): void {
  app.http(name, {
    methods: ["POST"],
    authLevel: "function",
    extraInputs: [CLIENT],
    handler: (request: HttpRequest, context) =>
      answering(
        context,
        async (host) => work(host, executionsOf(df.getClient(context)), await bodyOf(schema, request)),
        ACCEPTED,
      ),
  });
}

const about = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.looseObject({ type: z.literal(type), data, id: z.string() });
const Event = z.discriminatedUnion("type", [
  about(REQUESTS.requested, RestoreRequest),
  about(REQUESTS.resumed, RestoreResumption),
]);

/** What is thrown is delivered again for an hour: only what may go well then is. */
async function onEvent(given: EventGridEvent, context: InvocationContext): Promise<void> {
  await onAzure(context, (host) => carryOut(host, given, context)).catch((error: unknown) => {
    if (!isOfTheCaller(error)) throw error;
  });
}

async function carryOut(host: AzureHost, given: unknown, context: InvocationContext): Promise<unknown> {
  const event = parsed(Event, given);
  const executions = executionsOf(df.getClient(context));
  return event.type === REQUESTS.requested
    ? requested(host, executions, event.data)
    : resumed(host, executions, event.data.run, event.id);
}
