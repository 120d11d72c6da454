import * as z from "zod";
import type { Swept } from "../../../shared/backup/sweep.ts";
import { addressOf, type GateAnswer } from "../../../shared/pause/instance.ts";

export const DiscoveryJson = z.enum(["list", "dns", "kubernetes"]);
export const WindowJson = z.strictObject({ startMs: z.number(), endMs: z.number() });
export const ClockBoundJson = z.strictObject({ lowMs: z.number(), highMs: z.number() });

/** What one instance said of its gate; `message` where it did not say. */
export const GateJson = z.strictObject({
  component: z.string(),
  instance: z.string(),
  gate: z.enum(["open", "closed", "no-listener", "unresolved", "no-answer"]),
  message: z.string().exactOptional(),
});

export function gateJson(answer: GateAnswer): z.infer<typeof GateJson> {
  const { instance, kind } = answer;
  const message = "message" in answer ? { message: answer.message } : {};
  return { component: instance.component, instance: addressOf(instance), gate: kind, ...message };
}

const record = { pause: z.string(), deployment: z.string() };

/** What a sweep made of one open pause. */
export const SweptJson = z.discriminatedUnion("kind", [
  z.strictObject({ ...record, kind: z.literal("not-due"), deadlineMs: z.number() }),
  z.strictObject({
    ...record,
    kind: z.literal("closed"),
    unpaused: z.array(z.string()),
    gone: z.array(z.string()),
  }),
  z.strictObject({
    ...record,
    kind: z.literal("unsettled"),
    unpaused: z.array(z.string()),
    gone: z.array(z.string()),
    stillPaused: z.array(z.string()),
    waiting: z.array(z.string()),
  }),
  z.strictObject({ ...record, kind: z.literal("failed"), message: z.string() }),
]) satisfies z.ZodType<Swept, unknown>;
