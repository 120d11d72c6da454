import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type * as z from "zod";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { parsed } from "../parsed.ts";
import { answer, failed } from "./answer.ts";
import { type AzureHost, onAzure } from "./host.ts";

/** Far more than any request of ours. */
const LONGEST_BODY = 20_000;

/** Answers what the work comes to; what it throws is answered with the next step. */
export async function answering(
  context: InvocationContext,
  work: (host: AzureHost) => Promise<unknown>,
  status = 200,
): Promise<HttpResponseInit> {
  try {
    return answer(status, await onAzure(context, work));
  } catch (error) {
    return failed(error);
  }
}

/** The body of a request by its schema; every problem at once. */
export async function bodyOf<T>(schema: z.ZodType<T>, request: HttpRequest): Promise<T> {
  const text = await request.text();
  if (text.length > LONGEST_BODY) throw notRead(`it has more than ${LONGEST_BODY} characters`);
  return parsed(schema, jsonOf(text), "request");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notRead("it is no JSON");
  }
}

function notRead(why: string): StillpointError {
  return new StillpointError("REQUEST_INVALID", `the request was not understood: ${why}; nothing was done`);
}
