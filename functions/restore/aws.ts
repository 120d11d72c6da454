import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import * as z from "zod";
import { awsHost } from "../aws/host.ts";
import { parsed, tell } from "../aws/plain-handler.ts";
import { restoreDurably } from "./durable-restore.ts";

/** From the function `request`: a request to be planned, or a run that goes on. */
const RestoreAsked = z.union([
  z.strictObject({ request: z.string(), attempt: z.number().int().positive() }),
  z.strictObject({ run: z.string(), attempt: z.number().int().positive() }),
]);

/** Plans, waits for an approval where originals would go, restores and verifies: for hours, days if need be. */
export const handler = withDurableExecution(async (event, context) => {
  try {
    return await restoreDurably(await awsHost(), context, parsed(RestoreAsked, event));
  } catch (error) {
    tell(error);
    throw error;
  }
});
