/** A JSON object as it travels. */
export type Wire = { readonly [member: string]: unknown };

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One HTTP request, read whole. Names in the path are decoded. */
export interface Call {
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  /** Where the server that was asked listens, without a slash at the end. */
  readonly origin: string;
}

export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers, body };
}

export function asWire(value: unknown): Wire {
  return typeof value === "object" && value !== null ? (value as Wire) : {};
}

export function without(wire: Wire, ...members: readonly string[]): Wire {
  return Object.fromEntries(Object.entries(wire).filter(([member]) => !members.includes(member)));
}
