import type { AwsSettings } from "../shared/config/config.ts";

/** The functions of the stack, as serverless.yml has them. Each has its entry point in functions/NAME/aws.ts. */
export const FUNCTION_NAMES = [
  "backup",
  "sweep",
  "request",
  "restore",
  "verify",
  "status",
  "follow",
  "expire",
] as const;
/** And one that runs an image, where the configuration names it. */
export const DUMP = "dump";
export type FunctionName = (typeof FUNCTION_NAMES)[number] | typeof DUMP;

/** All that a configuration deploys. */
export function functionsOf({ aws }: { readonly aws: AwsSettings }): readonly FunctionName[] {
  return aws.dumps?.image === undefined ? FUNCTION_NAMES : [...FUNCTION_NAMES, DUMP];
}

export const SERVICE = "stillpoint";

/** What the function is called in AWS; serverless.yml says the same. */
export function physicalName(stage: string, name: FunctionName): string {
  return `${SERVICE}-${stage}-${name}`;
}
