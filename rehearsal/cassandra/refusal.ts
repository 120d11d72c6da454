/** What a node answers to a request that it does not carry out, by the protocol's codes. */
export const REFUSALS = {
  protocol: 0x000a,
  credentials: 0x0100,
  unavailable: 0x1000,
  syntax: 0x2000,
  unauthorized: 0x2100,
  invalid: 0x2200,
  configuration: 0x2300,
  alreadyExists: 0x2400,
  unprepared: 0x2500,
} as const;

export class Refusal extends Error {
  readonly code: number;
  /** What the protocol has behind the message of this code. */
  readonly extra: Buffer;

  constructor(kind: keyof typeof REFUSALS, message: string, extra: Buffer = Buffer.alloc(0)) {
    super(message);
    this.code = REFUSALS[kind];
    this.extra = extra;
  }
}

export function invalid(message: string): Refusal {
  return new Refusal("invalid", message);
}
