import type { Deployable } from "../deployable.ts";
import { functionsOf } from "../function-names.ts";
import { IDS } from "../logical-ids.ts";
import type { Stack } from "../stack-settings.ts";
import { alarm } from "./alarm.ts";
import { arnOf, type Resources, ref } from "./resource.ts";

const KEPT_SECONDS = 14 * 86_400;

/** Events that came to nothing: schedules, requests and invocations that were dropped. Somebody has to look. */
export function deadLetters({ config }: Stack): Resources {
  return {
    [IDS.deadLetters]: {
      Type: "AWS::SQS::Queue",
      Properties: { MessageRetentionPeriod: KEPT_SECONDS, SqsManagedSseEnabled: true },
    },
    DeadLettersPolicy: {
      Type: "AWS::SQS::QueuePolicy",
      Properties: {
        Queues: [ref(IDS.deadLetters)],
        PolicyDocument: { Version: "2012-10-17", Statement: [byTheRules(config), overTlsOnly()] },
      },
    },
    DeadLettersAlarm: alarm(config, {
      description: `Events of ${functionsOf(config).join(", ")} came to nothing: read them in the queue, then ask again for what they asked`,
      namespace: "AWS/SQS",
      metric: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: { "Fn::GetAtt": [IDS.deadLetters, "QueueName"] } },
      statistic: "Maximum",
      periodSeconds: 300,
      atLeast: 1,
      missing: "notBreaching",
    }),
  };
}

/** Rules have no role of their own; schedules and functions have one that may do the same. */
function byTheRules({ aws }: Deployable): object {
  const rules = [IDS.requestRule, ...(aws.dumps?.task === undefined ? [] : [IDS.taskRule])].map(arnOf);
  return {
    Sid: "EventsOfTheRule",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: ["sqs:SendMessage"],
    Resource: [arnOf(IDS.deadLetters)],
    Condition: { ArnEquals: { "aws:SourceArn": rules.length === 1 ? rules[0] : rules } },
  };
}

function overTlsOnly(): object {
  return {
    Sid: "OverTlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: ["sqs:*"],
    Resource: [arnOf(IDS.deadLetters)],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
