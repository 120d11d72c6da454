import type { AwsSettings } from "../../shared/config/config.ts";

/** Where functions reach instances from: two with the same answer reach the same ones. */
export function networkOf({ region, vpc }: AwsSettings): string {
  if (vpc === undefined) return `AWS Lambda in ${region}, outside of any VPC`;
  return `AWS Lambda in ${[...vpc.subnets].sort().join(", ")} with ${[...vpc.securityGroups].sort().join(", ")}`;
}
