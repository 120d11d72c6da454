import { createHash } from "node:crypto";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { Store } from "../catalog/store.ts";
import { codeOf } from "../errors/stillpoint-error.ts";
import { Journal } from "./journal.ts";

/** What Lambda allows for the name of a durable execution: `[a-zA-Z0-9-_]`, and so many of them. */
const LONGEST_NAME = 64;
const FORBIDDEN = /[^a-zA-Z0-9_-]/g;
const DIGEST_LENGTH = 12;

/**
 * The name of a request's nth execution. Lambda starts no second execution of the same name, so that a request
 * that comes twice, or two that continue it, are one. Names that had to be changed carry a digest.
 */
export function executionName(request: string, attempt: number): string {
  const suffix = `-${attempt}`;
  const name = `${request.replace(FORBIDDEN, "_")}${suffix}`;
  if (name === `${request}${suffix}` && name.length <= LONGEST_NAME) return name;
  const tail = `-${digest(request)}${suffix}`;
  return `${request.replace(FORBIDDEN, "_").slice(0, LONGEST_NAME - tail.length)}${tail}`;
}

/** The journal of a run for one invocation of an execution, which is the same owner in all of them. */
export function journalOfExecution(
  store: Store,
  run: string,
  { executionContext }: Pick<DurableContext, "executionContext">,
): Promise<Journal> {
  return orInvokeAgain(() => Journal.open(store, run, digest(executionContext.durableExecutionArn)));
}

/**
 * What is read outside of all steps, since it is too large for a checkpoint or is wanted anew. Where the catalog cannot
 * be read, the engine repeats the invocation later and the execution goes on.
 */
export async function orInvokeAgain<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw codeOf(error) === "CATALOG_UNREADABLE" ? failedInvocation(error) : error;
  }
}

/** The engine knows by this mark that it is the invocation that failed, and not the execution. */
export function failedInvocation(error: unknown): Error {
  return Object.assign(error as Error, { isUnrecoverableInvocation: true });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
}
