/** A moment as a person reads it, in UTC; rows and clocks carry it in ms since 1970. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** A whole second, as restore points have it. */
export function secondText(second: number): string {
  return timeText(second * 1000).replace(".000Z", "Z");
}
