import { didYouMean } from "./near-miss.ts";

/** What is wrong with an IANA time zone, or nothing. Offsets such as `+09:00` are refused: schedulers do not take them. */
export function timeZoneProblem(name: string): string | undefined {
  if (/^[A-Za-z]/.test(name) && isKnown(name)) return undefined;
  const near = didYouMean(name, ["UTC", ...Intl.supportedValuesOf("timeZone")]);
  return `must be a time zone of the IANA database, such as "UTC" or "Asia/Tokyo"${near}`;
}

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}
