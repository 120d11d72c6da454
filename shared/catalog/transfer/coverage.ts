import type { RecordLine } from "../catalog-line.ts";

/** From the first to the last, in ms since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What logs reach over, as far as they tell it themselves. A whole file that is missing leaves no gap in the others:
 * whoever knows what there was has to compare.
 */
export interface Coverage {
  /** When the restore points and the pauses were taken. */
  readonly taken?: Span;
  /** When the lines were logged, those without a time left out. */
  readonly logged?: Span;
}

export function coverageOf(records: readonly RecordLine[], logged: Span | undefined): Coverage {
  const taken = records.reduce<Span | undefined>(
    (span, record) => spanWith(span, takenMs(record)),
    undefined,
  );
  return { ...(taken && { taken }), ...(logged && { logged }) };
}

export function spanWith(span: Span | undefined, ms: number | undefined): Span | undefined {
  if (ms === undefined) return span;
  return { fromMs: Math.min(span?.fromMs ?? ms, ms), toMs: Math.max(span?.toMs ?? ms, ms) };
}

function takenMs({ collection, value }: RecordLine): number | undefined {
  if (collection === "points") return (value as { createdMs: number }).createdMs;
  if (collection === "pauses") return (value as { openedMs: number }).openedMs;
  return undefined;
}
