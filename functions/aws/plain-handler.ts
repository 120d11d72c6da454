import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type * as z from "zod";
import { codeOf, messageOf } from "../../shared/errors/stillpoint-error.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { parsed } from "../parsed.ts";
import { type AwsHost, awsHost } from "./host.ts";
import type { Invocation } from "./invocation.ts";
import { logger } from "./telemetry.ts";

/**
 * A plain function: its event is checked, its host opened. What it throws is logged with the next step, and names
 * its code where Lambda shows the type of an error.
 */
export function plainHandler<E>(
  event: z.ZodType<E>,
  work: (host: AwsHost, event: E, invocation: Invocation) => Promise<unknown>,
): (event: unknown, invocation: Invocation) => Promise<unknown> {
  const handler = middy({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .onError(({ error }) => tell(error))
    .handler(async (given: unknown, invocation) => work(await awsHost(), parsed(event, given), invocation));
  // middy knows Lambda's context by types of its own; what is used of it is an `Invocation`.
  return handler as unknown as (event: unknown, invocation: Invocation) => Promise<unknown>;
}

export function tell(error: unknown): void {
  const code = codeOf(error);
  logger.error(messageOf(error), {
    code,
    next: ERRORS[code].next,
    ...(code === "INTERNAL" && { error: error as Error }),
  });
  if (error instanceof Error) error.name = code;
}
