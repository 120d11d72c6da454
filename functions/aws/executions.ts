import {
  InvokeCommand,
  LambdaClient,
  SendDurableExecutionCallbackSuccessCommand,
} from "@aws-sdk/client-lambda";
import { requestLimits } from "../../shared/aws/request-limits.ts";

const TIMEOUTS = requestLimits(3_000, 10_000);

/** Durable executions, as who starts and wakes them sees them. */
export interface Executions {
  /** The same name with the same payload is the same execution, however often it is started. */
  start(functionArn: string, name: string, payload: object): Promise<void>;
  wake(callback: string): Promise<void>;
  close(): void;
}

export function executionsIn(region: string): Executions {
  const client = new LambdaClient({ region, requestHandler: TIMEOUTS });
  return {
    start: async (functionArn, name, payload) => {
      await client.send(
        new InvokeCommand({
          FunctionName: functionArn,
          InvocationType: "Event",
          DurableExecutionName: name,
          Payload: Buffer.from(JSON.stringify(payload)),
        }),
      );
    },
    wake: async (callback) => {
      await client.send(
        new SendDurableExecutionCallbackSuccessCommand({
          CallbackId: callback,
          Result: Buffer.from("{}"),
        }),
      );
    },
    close: () => client.destroy(),
  };
}
