import * as z from "zod";
import { DURATION, parseDuration, showDuration } from "./duration.ts";

const DURATION_RULE = 'must be a duration with its unit, such as "250ms", "5s", "2m" or "1h30m"';
const BARE_NUMBER_RULE = `${DURATION_RULE}: a bare number could mean seconds or milliseconds`;

/** A duration as people write it, as milliseconds; `why` tells the reason for its bounds. */
export function duration(least: string, most: string, why = "") {
  const [leastMs, mostMs] = [parseDuration(least), parseDuration(most)] as [number, number];
  return z
    .string({ error: ({ input }) => (typeof input === "number" ? BARE_NUMBER_RULE : DURATION_RULE) })
    .regex(DURATION, DURATION_RULE)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
      const rule =
        ms === undefined
          ? "must be whole milliseconds"
          : `must be from ${showDuration(leastMs)} to ${showDuration(mostMs)}${why}`;
      context.issues.push({ code: "custom", message: rule, input: text });
      return z.NEVER;
    });
}

/** A text with a check that answers what is wrong with it, or nothing. */
export function checkedText(problemOf: (text: string) => string | undefined) {
  return z.string().check((context) => {
    const message = problemOf(context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  });
}

export function text(rule: string, pattern = /\S/) {
  return z.string().regex(pattern, rule);
}

export const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
export const NAME_RULE = "must be a name of lower-case letters, digits and hyphens";

/** Sections by name. The names are checked by the rules, so that a bad name does not hide what is wrong inside. */
export function named<S extends z.ZodType>(section: S, what: string, description: string) {
  return z
    .record(z.string(), section)
    .refine((sections) => Object.keys(sections).length > 0, `must name at least one ${what}`)
    .meta({ description, minProperties: 1, propertyNames: { pattern: NAME.source } });
}

/** What is wrong with the address of an HTTP service, or nothing. */
export function urlProblem(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    return 'must be the address of an HTTP service, such as "http://127.0.0.1:8000"';
  return url.username === "" && url.password === "" ? undefined : "must not hold credentials";
}
