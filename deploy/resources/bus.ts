import { NOTICES, OPERATOR_SOURCE, OWN_SOURCE, REQUESTS } from "../../shared/telemetry/event-types.ts";
import type { Deployable } from "../deployable.ts";
import { functionsOf } from "../function-names.ts";
import { IDS, roleId } from "../logical-ids.ts";
import type { Stack } from "../stack-settings.ts";
import { arnOf, type Reference, type Resources, ref } from "./resource.ts";

/** What may be asked, and in whose list one has to be for it. */
const ASKING = [REQUESTS.requested, REQUESTS.resumed];
const APPROVING = [REQUESTS.approved];

/**
 * The bus for requests and notices. That an identity of the account may put events anywhere is not enough here: what
 * asks for a restore or approves one is denied to everybody who is not listed. A session counts as its role.
 */
export function bus({ config }: Stack): Resources {
  const { aws } = config;
  return {
    [IDS.bus]: { Type: "AWS::Events::EventBus", Properties: { Name: aws.bus } },
    ...allowed("Requesters", aws.requesters, ASKING),
    ...allowed("Approvers", aws.approvers, APPROVING),
    ...deniedToOthers("OthersAskForNothing", aws.requesters, { "events:detail-type": ASKING }),
    ...deniedToOthers("OthersApproveNothing", aws.approvers, { "events:detail-type": APPROVING }),
    ...deniedToOthers("OthersTellNothing", ownRoles(config), { "events:source": [OWN_SOURCE] }),
    ...deniedToOthers("NoticesAreOurs", ownRoles(config), { "events:detail-type": Object.values(NOTICES) }),
  };
}

function ownRoles(config: Deployable): readonly Reference[] {
  const task = config.aws.dumps?.task === undefined ? [] : [arnOf(IDS.taskRole)];
  return [...functionsOf(config).map((name) => arnOf(roleId(name))), ...task];
}

function allowed(sid: string, principals: readonly string[], types: readonly string[]): Resources {
  if (principals.length === 0) return {};
  return statement({
    Sid: sid,
    Effect: "Allow",
    Principal: { AWS: principals },
    Condition: { StringEquals: { "events:source": OPERATOR_SOURCE, "events:detail-type": types } },
  });
}

/** With nobody listed it is denied to all. */
function deniedToOthers(
  sid: string,
  principals: readonly (string | Reference)[],
  events: Readonly<Record<string, readonly string[]>>,
): Resources {
  return statement({
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Condition: {
      StringEquals: events,
      ...(principals.length > 0 && { ArnNotEquals: { "aws:PrincipalArn": principals } }),
    },
  });
}

function statement(said: { readonly Sid: string; readonly [part: string]: unknown }): Resources {
  const { Sid } = said;
  return {
    [`Bus${Sid}`]: {
      Type: "AWS::Events::EventBusPolicy",
      Properties: {
        EventBusName: ref(IDS.bus),
        StatementId: Sid,
        Statement: { ...said, Action: "events:PutEvents", Resource: arnOf(IDS.bus) },
      },
    },
  };
}
