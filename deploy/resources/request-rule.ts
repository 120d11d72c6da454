import { OPERATOR_SOURCE, REQUESTS } from "../../shared/telemetry/event-types.ts";
import { functionId, IDS } from "../logical-ids.ts";
import { arnOf, type Resources, ref } from "./resource.ts";

/** A request that could not be delivered within an hour is for a person to look at. */
const RETRY_POLICY = { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 10 };

/** Requests go to the function that checks them; events that an archive replays do not. */
export function requestRule(): Resources {
  return {
    [IDS.requestRule]: {
      Type: "AWS::Events::Rule",
      Properties: {
        EventBusName: ref(IDS.bus),
        EventPattern: {
          source: [OPERATOR_SOURCE],
          "detail-type": Object.values(REQUESTS),
          "replay-name": [{ exists: false }],
        },
        Targets: [
          {
            Id: "request",
            Arn: arnOf(functionId("request")),
            RetryPolicy: RETRY_POLICY,
            DeadLetterConfig: { Arn: arnOf(IDS.deadLetters) },
          },
        ],
      },
    },
    RequestRulePermission: {
      Type: "AWS::Lambda::Permission",
      Properties: {
        FunctionName: arnOf(functionId("request")),
        Action: "lambda:InvokeFunction",
        Principal: "events.amazonaws.com",
        SourceArn: arnOf(IDS.requestRule),
      },
    },
  };
}
