import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type * as z from "zod";
import { parsed } from "../parsed.ts";
import { answer, failed } from "./answer.ts";
import { type AzureHost, onAzure } from "./host.ts";
import { tell } from "./tell.ts";

/** Far more than any request of ours. */
const LONGEST_BODY = 20_000;

/** Answers what the work comes to; what it throws is logged, and answered with the next step. */
export function answering(
  context: InvocationContext,
  work: (host: AzureHost) => Promise<unknown>,
  status = 200,
): Promise<HttpResponseInit> {
  return onAzure(context, async (host) => {
    try {
      return answer(status, await work(host));
    } catch (error) {
      tell(error);
      return failed(error);
    }
  });
}

/** The body of a request by its schema; every problem at once. */
export async function bodyOf<T>(schema: z.ZodType<T>, request: HttpRequest): Promise<T> {
  const text = await request.text();
  return parsed(schema, text.length > LONGEST_BODY ? "longer than any request" : jsonOf(text));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return "no JSON";
  }
}
