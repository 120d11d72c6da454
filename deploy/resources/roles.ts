import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { FUNCTION_NAMES, type FunctionName } from "../function-names.ts";
import { roleId } from "../logical-ids.ts";
import { permissionsOf } from "../permissions/of-function.ts";
import type { Stack } from "../stack.ts";
import type { Resource, Resources } from "./resource.ts";

/** IAM's limit for the inline policies of a role together, white space not counted. */
const LARGEST_POLICY_CHARACTERS = 10_240;

/** One role for each function, so that each may do only what it does. */
export function roles(stack: Stack): Resources {
  return Object.fromEntries(FUNCTION_NAMES.map((name) => [roleId(name), role(name, stack)]));
}

function role(name: FunctionName, stack: Stack): Resource {
  const document = { Version: "2012-10-17", Statement: permissionsOf(name, stack) };
  refuseLarge(name, JSON.stringify(document).length, stack);
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: trust("lambda.amazonaws.com"),
      Policies: [{ PolicyName: name, PolicyDocument: document }],
    },
  };
}

export function trust(service: string, Condition?: object): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: ["sts:AssumeRole"],
        ...(Condition && { Condition }),
      },
    ],
  };
}

/** The text here is longer than what CloudFormation makes of it, so that what passes is surely taken. */
function refuseLarge(name: FunctionName, characters: number, { config }: Stack): void {
  if (characters <= LARGEST_POLICY_CHARACTERS) return;
  throw new StillpointError(
    "CONFIG_INVALID",
    `cannot deploy configuration "${config.path}": the policy of function "${name}" would have ${characters} characters, and IAM takes ${LARGEST_POLICY_CHARACTERS}; divide the deployments over several configurations, each with a stage and a bus of its own; nothing was built or deployed`,
  );
}
