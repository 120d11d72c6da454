import * as z from "zod";
import { plainHandler } from "../aws/plain-handler.ts";
import { followAll } from "./follow-all.ts";

/** From its schedule, or by hand. */
const FollowAsked = z.looseObject({});

/** Carries on what a backup has left pending. */
export const handler = plainHandler(FollowAsked, (host, _, invocation) =>
  followAll(host, () => invocation.getRemainingTimeInMillis()),
);
