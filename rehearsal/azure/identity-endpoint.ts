import { DatabaseClock } from "../dynamodb/clock.ts";
import type { Identity } from "./identity.ts";
import { type Endpoint, serve } from "./serve.ts";

let listening: Promise<Endpoint> | undefined;

/**
 * One for all imitations of a process, for as long as it lives: the client library remembers the first endpoint that
 * it met, and asks no other. Every imitation has the same identity, so it does not matter which one answers.
 */
export function identityEndpoint(identity: Identity): Promise<Endpoint> {
  listening ??= serve(async (call) => identity.answer(call), {
    port: 0,
    clock: new DatabaseClock(0),
    unref: true,
  });
  return listening;
}
