import * as z from "zod";
import { plainHandler } from "../aws/plain-handler.ts";
import { statusNow } from "./status-now.ts";

/** From its URL, from the schedule that measures for the alarms, or by hand. */
const StatusAsked = z.looseObject({
  look: z.literal(true).optional(),
  requestContext: z.looseObject({ http: z.looseObject({ method: z.string() }) }).optional(),
});

/** How all deployments stand. Changes nothing. */
export const handler = plainHandler(StatusAsked, async (host, { look = false, requestContext }) => {
  const answer = await statusNow(host, { look });
  if (requestContext === undefined) return answer;
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
});
