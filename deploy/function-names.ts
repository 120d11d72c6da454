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
export type FunctionName = (typeof FUNCTION_NAMES)[number];

export const SERVICE = "stillpoint";

/** What the function is called in AWS; serverless.yml says the same. */
export function physicalName(stage: string, name: FunctionName): string {
  return `${SERVICE}-${stage}-${name}`;
}
