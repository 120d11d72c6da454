import * as z from "zod";
import { plainHandler } from "../aws/plain-handler.ts";
import { expireAll } from "./expire-all.ts";

/** From its schedule, or by hand. */
const ExpireAsked = z.looseObject({});

/** Deletes what restores in place have left and the configuration no longer wants, where it is not the only copy. */
export const handler = plainHandler(ExpireAsked, expireAll);
