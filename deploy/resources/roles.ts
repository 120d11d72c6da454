import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { type FunctionName, functionsOf } from "../function-names.ts";
import { roleId } from "../logical-ids.ts";
import { permissionsOf } from "../permissions/of-function.ts";
import { charactersOf } from "../permissions/policy-size.ts";
import type { Statement } from "../permissions/statement.ts";
import type { Stack } from "../stack-settings.ts";
import { type Resources, ref } from "./resource.ts";

/** IAM's limits: for the policies in a role together, for one beside it, and how many of those a role may have. */
const LARGEST_INSIDE_CHARACTERS = 10_240;
const LARGEST_BESIDE_CHARACTERS = 6_144;
const MOST_BESIDE = 10;

/** One role for each function, so that each may do only what it does. */
export function roles(stack: Stack): Resources {
  return Object.assign({}, ...functionsOf(stack.config).map((name) => role(name, stack)));
}

/** With its policy inside; with policies beside it where many prefixes make it too long. */
function role(name: FunctionName, stack: Stack): Resources {
  const id = roleId(name);
  const AssumeRolePolicyDocument = trust("lambda.amazonaws.com");
  const statements = permissionsOf(name, stack);
  const inside = charactersOf(statements) <= LARGEST_INSIDE_CHARACTERS;
  const beside = inside ? [] : divided(name, statements, stack).map(document);
  const policies = Object.fromEntries(
    beside.map((PolicyDocument, index) => [
      `${id}Policy${index + 1}`,
      { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument } },
    ]),
  );
  const granted = inside
    ? { Policies: [{ PolicyName: name, PolicyDocument: document(statements) }] }
    : { ManagedPolicyArns: Object.keys(policies).map(ref) };
  return {
    [id]: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument, ...granted } },
    ...policies,
  };
}

function document(Statement: readonly Statement[]): object {
  return { Version: "2012-10-17", Statement };
}

/** The statements in their order, in as few policies as they fit into. */
function divided(
  name: FunctionName,
  statements: readonly Statement[],
  { config }: Stack,
): readonly (readonly Statement[])[] {
  const policies: Statement[][] = [];
  for (const statement of statements) {
    const last = policies.at(-1);
    if (last && charactersOf([...last, statement]) <= LARGEST_BESIDE_CHARACTERS) last.push(statement);
    else policies.push([statement]);
  }
  const fit = policies.every((policy) => charactersOf(policy) <= LARGEST_BESIDE_CHARACTERS);
  if (fit && policies.length <= MOST_BESIDE) return policies;
  throw new StillpointError(
    "CONFIG_INVALID",
    `cannot deploy configuration "${config.path}": what function "${name}" has to be allowed is longer than IAM takes; divide the deployments over several configurations, each with a stage and a bus of its own; nothing was built or deployed`,
  );
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
