import { create, type DescMethodStreaming, type DescService, type Message } from "@bufbuild/protobuf";
import type { StreamResponse, Transport } from "@connectrpc/connect";
import type { WireResult } from "./columns.ts";
import { Requests } from "./requests.ts";
import { fromErrorCode, fromTransport, transactionFailure } from "./transaction-failure.ts";

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
  const requests = new Requests<Message>();
  const method = service.methods.find(({ name }) => name === "Transaction");
  if (method?.methodKind !== "bidi_streaming")
    throw transactionFailure("other", "The interface has no transactions");
  const call = transport.stream(
    method as DescMethodStreaming,
    undefined,
    TRANSACTION_LIMIT_MS,
    undefined,
    requests,
  );
  let answers: AsyncIterator<Message> | undefined;

  return async (request, value) => {
    const message = { request: { case: request, value } };
    requests.send(create(method.input, message as Record<string, unknown>));
    const isLast = request === "commitRequest" || request === "abortRequest";
    try {
      answers ??= messagesOf(await call);
      const turn = await answers.next();
      const answer = turn.done ? undefined : (turn.value as unknown as { response: Answer }).response;
      if (isLast || answer?.case === "error") hangUp(requests, answers);
      return orFailure(answer);
    } catch (error) {
      requests.end();
      throw fromTransport(error, request === "commitRequest");
    }
  };
}

function messagesOf(response: StreamResponse): AsyncIterator<Message> {
  return response.message[Symbol.asyncIterator]();
}

function orFailure(answer: Answer | undefined): Answer {
  if (answer === undefined)
    throw transactionFailure("unknown", "The server ended the call without an answer");
  if (answer.case === "error")
    throw transactionFailure(fromErrorCode(answer.value.errorCode), answer.value.message);
  return answer;
}

/** Reads on to the end of the call, or its stream and its deadline would outlive the transaction. */
function hangUp(requests: Requests<Message>, answers: AsyncIterator<Message>): void {
  requests.end();
  // What matters has been answered: how the call then ends does not.
  answers.next().catch(() => {});
}
