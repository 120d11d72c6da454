import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { restoreFunction } from "./durable-restore.ts";

export const handler = withDurableExecution(restoreFunction);
