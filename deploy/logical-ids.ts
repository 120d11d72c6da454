import type { FunctionName } from "./function-names.ts";

/** What resources are called in the template. Those of functions are the framework's own. */
export const IDS = {
  bus: "Bus",
  deadLetters: "DeadLetters",
  requestRule: "RequestRule",
  taskRule: "TaskRule",
  taskCluster: "TaskCluster",
  taskDefinition: "TaskDefinition",
  taskExecutionRole: "TaskExecutionRole",
  taskRole: "TaskRole",
} as const;

export function functionId(name: FunctionName): string {
  return `${capitalised(name)}LambdaFunction`;
}

/** serverless.yml names the same. */
export function roleId(name: FunctionName): string {
  return `${capitalised(name)}Role`;
}

/** An alarm of one function, or of one deployment. */
export function alarmId(of: FunctionName, what: string): string {
  return `${capitalised(of)}${what}Alarm`;
}

/** A part of a logical id for each deployment: ids are letters and digits, and a deployment's name has no capitals. */
export function idPart(deployment: string): string {
  return deployment.replaceAll("-", "X");
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
