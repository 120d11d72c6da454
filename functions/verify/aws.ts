import * as z from "zod";
import { deploymentNamed } from "../../shared/config/load-config.ts";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { verifyHandlers } from "../../shared/deployment/verify-handlers.ts";
import { READING_KINDS } from "../../shared/settle/reading.ts";
import { carryOutHere } from "../../shared/workflow/durable/elsewhere.ts";
import { plainHandler } from "../aws/plain-handler.ts";

/** One step of a verification, from the durable execution that it belongs to. */
const StepAsked = z.strictObject({
  deployment: z.string(),
  effect: z.looseObject({ kind: z.enum(READING_KINDS) }),
});

/** Reads one segment, or judges what all segments came to; with memory, disk and time of its own for each. */
export const handler = plainHandler(StepAsked, (host, { deployment, effect }) =>
  withDeployment(host, deploymentNamed(host.config, deployment), (open) =>
    carryOutHere(verifyHandlers(open), { deployment, effect }),
  ),
);
