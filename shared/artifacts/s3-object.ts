import type { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { statusOf } from "../aws/sdk-error.ts";
import type { ArtifactsSettings } from "../config/config.ts";
import { damaged } from "./failure.ts";
import type { OpenedBody } from "./whole-body.ts";

export type S3Settings = Extract<ArtifactsSettings, { kind: "s3" }>;

/** One object, and how what is written there is encrypted. */
export interface S3Object {
  readonly client: S3Client;
  readonly at: { readonly Bucket: string; readonly Key: string };
  readonly encryption: { readonly ServerSideEncryption?: "aws:kms"; readonly SSEKMSKeyId?: string };
  /** For messages. */
  readonly what: string;
}

/** Tells an upload whose answer was lost from somebody else's object. */
export const MARK = "stillpoint-upload";

const ABSENT = /^(NoSuchKey|NotFound)$/;
const FORBIDDEN = 403;

export async function unlessAbsent<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isNamed(error, ABSENT)) return undefined;
    throw error;
  }
}

export function isNamed(error: unknown, names: RegExp): boolean {
  return error instanceof Error && names.test(error.name);
}

export async function headOf({
  client,
  at,
}: S3Object): Promise<{ readonly bytes: number; readonly mark: string | undefined } | undefined> {
  try {
    return await unlessAbsent(async () => {
      const { ContentLength = 0, Metadata } = await client.send(new HeadObjectCommand(at));
      return { bytes: ContentLength, mark: Metadata?.[MARK] };
    });
  } catch (error) {
    if (statusOf(error) !== FORBIDDEN) throw error;
    // Such an answer has no words of its own.
    const told =
      "AccessDenied: this identity needs s3:GetObject on the dumps and s3:ListBucket on the bucket";
    throw new Error(told, { cause: error });
  }
}

export async function openedAt(
  { client, at, what }: S3Object,
  from: number,
  tag: string | undefined,
  abortSignal: AbortSignal,
): Promise<OpenedBody> {
  const rest = { ...(from > 0 && { Range: `bytes=${from}-` }), ...(tag !== undefined && { IfMatch: tag }) };
  try {
    const answer = await client.send(new GetObjectCommand({ ...at, ...rest }), { abortSignal });
    const { Body, ETag = "", ContentLength = 0, ContentRange } = answer;
    const body = Body as Readable;
    if (from > 0 && !ContentRange?.startsWith(`bytes ${from}-`)) {
      body.destroy();
      throw new Error(`the service does not go on from byte ${from}`);
    }
    return { body, bytes: from + ContentLength, tag: ETag };
  } catch (error) {
    if (isNamed(error, ABSENT)) throw damaged(`there is no dump ${what} any more`);
    if (isNamed(error, /^PreconditionFailed$/)) throw damaged(`${what} was changed while it was read`);
    throw error;
  }
}
