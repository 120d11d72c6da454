import { Refusal } from "../azure/refusal.ts";

/** What Cosmos DB refuses, on either plane. */
export function refuse(status: number, code: string, message: string, details: Details = {}): never {
  throw refusal(status, code, message, details);
}

interface Details {
  readonly subStatus?: number;
  readonly additionalErrorInfo?: string;
}

export function refusal(status: number, code: string, message: string, details: Details = {}): Refusal {
  const { subStatus, additionalErrorInfo } = details;
  const text = `${message}\r\nActivityId: ${crypto.randomUUID()}, Microsoft.Azure.Documents.Common/2.14.0`;
  return new Refusal(
    status,
    { code, message: text, ...(additionalErrorInfo !== undefined && { additionalErrorInfo }) },
    text,
    subStatus === undefined ? {} : { "x-ms-substatus": String(subStatus) },
  );
}
