import type { Readable } from "node:stream";
import type { BlockBlobClient } from "@azure/storage-blob";
import { codeOfStorage } from "../azure/storage-refusal.ts";
import { damaged } from "./failure.ts";
import type { OpenedBody } from "./whole-body.ts";

/** One blob, and how it is called in messages. */
export interface Blob {
  readonly client: BlockBlobClient;
  readonly what: string;
  /** An error of the SDK with what it means. */
  told(error: unknown): unknown;
}

/** Tells an upload whose answer was lost from somebody else's blob; Azure wants it to be an identifier. */
export const MARK = "stillpoint_upload";

const ABSENT = 404;
const CHANGED = /^(ConditionNotMet|UpdateConditionNotMet)$/;

export async function unlessAbsent<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The answer to a HEAD has no code in its body; a container that is not there has one in its headers. */
function isAbsent(error: unknown): boolean {
  const { statusCode } = (error ?? {}) as { readonly statusCode?: number };
  return statusCode === ABSENT && codeOfStorage(error) !== "ContainerNotFound";
}

export async function headOf({
  client,
}: Blob): Promise<{ readonly bytes: number; readonly mark: string | undefined } | undefined> {
  return unlessAbsent(async () => {
    const { contentLength = 0, metadata } = await client.getProperties();
    return { bytes: contentLength, mark: metadata?.[MARK] };
  });
}

export async function openedAt(
  { client, what, told }: Blob,
  from: number,
  tag: string | undefined,
  abortSignal: AbortSignal,
): Promise<OpenedBody> {
  const conditions = tag === undefined ? {} : { ifMatch: tag };
  try {
    const answer = await client.download(from, undefined, { abortSignal, conditions });
    const { readableStreamBody, contentLength = 0, etag = "" } = answer;
    return { body: readableStreamBody as Readable, bytes: from + contentLength, tag: etag };
  } catch (error) {
    if (isAbsent(error)) throw damaged(`there is no dump ${what} any more`);
    if (CHANGED.test(codeOfStorage(error))) throw damaged(`${what} was changed while it was read`);
    throw told(error);
  }
}
