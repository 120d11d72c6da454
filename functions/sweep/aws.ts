import * as z from "zod";
import { plainHandler } from "../aws/plain-handler.ts";
import { sweepForMinute } from "./sweep-for.ts";

/** The schedule's input, or nothing. */
const SweepAsked = z.looseObject({});

/** Unpauses what is overdue, and what will be so within this minute. */
export const handler = plainHandler(SweepAsked, (host, _event, { functionName }) =>
  sweepForMinute(host, functionName),
);
