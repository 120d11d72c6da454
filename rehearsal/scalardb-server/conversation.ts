import { create, type DescMethodStreaming, type DescService, type Message } from "@bufbuild/protobuf";
import type { StreamResponse, Transport } from "@connectrpc/connect";
import type { WireResult } from "./columns.ts";
import { Requests } from "./requests.ts";
import {
  fromErrorCode,
  fromTransport,
  isTransactionFailure,
  transactionFailure,
} from "./transaction-failure.ts";

/** A server gives up an idle transaction after a minute; a whole one takes milliseconds here. */
const TRANSACTION_LIMIT_MS = 30_000;

/** A `rpc.TransactionResponse`, which the compiler cannot know: its descriptor is read when the program runs. */
export type Answer =
  | { readonly case: "beginResponse"; readonly value: { readonly transactionId: string } }
  | { readonly case: "getResponse"; readonly value: { readonly result?: WireResult } }
  | { readonly case: "scanResponse"; readonly value: { readonly results: readonly WireResult[] } }
  | { readonly case: "error"; readonly value: { readonly errorCode: number; readonly message: string } }
  | { readonly case: undefined; readonly value?: undefined };

/** Sends one request, by the name of its case, and waits for its answer. Failures are `TransactionFailure`s. */
export type Ask = (request: string, value: object) => Promise<Answer>;

/** One call carries one transaction; each request has one answer before the next is sent. */
export function converse(service: DescService, transport: Transport): Ask {
  const method = service.methods.find(({ name }) => name === "Transaction");
  if (method?.methodKind !== "bidi_streaming")
    throw transactionFailure("other", "The interface has no transactions");
  const requests = new Requests<Message>();
  const call = transport.stream(
    method as DescMethodStreaming,
    undefined,
    TRANSACTION_LIMIT_MS,
    undefined,
    requests,
  );
  let answers: AsyncIterator<Message> | undefined;
  const ask: Ask = async (request, value) => {
    const message = { request: { case: request, value } };
    requests.send(create(method.input, message as Record<string, unknown>));
    answers ??= messagesOf(await call);
    return answerOf(await answers.next());
  };
  const end = (): void => {
    requests.end();
    // Read on to the end of the call, or its stream and its deadline would outlive the transaction.
    answers?.next().catch(() => {});
  };
  return async (request, value) => {
    try {
      const answer = await ask(request, value);
      if (request === "commitRequest" || request === "abortRequest") end();
      return answer;
    } catch (error) {
      // What failed stays open at the server, which counts it as outstanding until it expires a minute later.
      if (isTransactionFailure(error)) await ask("abortRequest", {}).catch(() => {});
      end();
      throw fromTransport(error, request === "commitRequest");
    }
  };
}

function messagesOf(response: StreamResponse): AsyncIterator<Message> {
  return response.message[Symbol.asyncIterator]();
}

function answerOf(turn: IteratorResult<Message>): Answer {
  if (turn.done) throw transactionFailure("unknown", "The server ended the call without an answer");
  const { response } = turn.value as unknown as { readonly response: Answer };
  if (response.case === "error") {
    const { errorCode, message } = response.value;
    throw transactionFailure(fromErrorCode(errorCode, message), message);
  }
  return response;
}
