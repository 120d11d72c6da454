import host from "../../host.json" with { type: "json" };

/** How long an invocation may take, as host.json says for all apps. */
export const FUNCTION_TIMEOUT_MS = millisecondsOf(host.functionTimeout);

function millisecondsOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}
