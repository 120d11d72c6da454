import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { RDSClient } from "@aws-sdk/client-rds";
import { requestLimits } from "../../../aws/request-limits.ts";
import { once } from "../../once.ts";

/** Where a service of servers is. */
export interface RdsAddress {
  readonly region: string;
  readonly endpoint?: string;
  readonly profile?: string;
}

/** Everything is loaded when it is first asked for, as few deployments are on RDS. */
export interface RdsConnection {
  readonly address: RdsAddress;
  rds(): Promise<RDSClient>;
  /** Never repeats a call by itself: for calls of which nobody may know whether they were carried out. */
  rdsOnce(): Promise<RDSClient>;
  /** Gives up soon and never repeats: asked for the time while instances are held. */
  rdsSoon(): Promise<RDSClient>;
  cloudwatch(): Promise<CloudWatchClient>;
  close(): void;
}

/** Control planes throttle; the SDK waits with jitter between its attempts. */
const MOST_ATTEMPTS = 8;
const TIMEOUTS = requestLimits(3_000, 20_000);
const SOON = requestLimits(1_000, 1_000);
const BESIDE = requestLimits(2_000, 10_000);

export function connect(address: RdsAddress): RdsConnection {
  const { region, endpoint, profile } = address;
  const common = { region, ...(endpoint && { endpoint }), ...(profile && { profile }) };
  const open = (maxAttempts: number, requestHandler: typeof TIMEOUTS) =>
    once(async () => {
      const { RDSClient } = await import("@aws-sdk/client-rds");
      return new RDSClient({ ...common, maxAttempts, requestHandler });
    });
  const rds = open(MOST_ATTEMPTS, TIMEOUTS);
  const rdsOnce = open(1, TIMEOUTS);
  const rdsSoon = open(1, SOON);
  const cloudwatch = once(async () => {
    const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
    return new CloudWatchClient({ ...common, maxAttempts: 3, requestHandler: BESIDE });
  });
  return {
    address,
    rds: rds.get,
    rdsOnce: rdsOnce.get,
    rdsSoon: rdsSoon.get,
    cloudwatch: cloudwatch.get,
    close: () => {
      for (const client of [rds, rdsOnce, rdsSoon]) client.ifOpened((it) => it.destroy());
      cloudwatch.ifOpened((it) => it.destroy());
    },
  };
}
