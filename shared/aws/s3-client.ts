import { S3Client } from "@aws-sdk/client-s3";
import type { S3PartsSettings } from "../config/config.ts";
import { requestLimits } from "./request-limits.ts";

const CONNECT_MS = 3_000;
/** What stands still for half a minute is dead. */
const SOCKET_MS = 30_000;
/** The SDK would tell the terminal of every stream that it does not repeat. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface S3Patience {
  /** From sending a request to the first of its answer. */
  readonly answerMs: number;
  /** How often the SDK sends what it may repeat; its own number where absent. */
  readonly attempts?: number;
}

export function s3Client(
  { region, endpoint, profile }: Pick<S3PartsSettings, "region" | "endpoint" | "profile">,
  { answerMs, attempts }: S3Patience,
): S3Client {
  return new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(profile !== undefined && { profile }),
    ...(attempts !== undefined && { maxAttempts: attempts }),
    requestHandler: { ...requestLimits(CONNECT_MS, answerMs), socketTimeout: SOCKET_MS },
    logger: SILENT,
    // What is read back is known by a digest of its own.
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}
