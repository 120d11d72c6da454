import type { FlexibleServerService } from "../../../config/config.ts";

export type FlexibleKind = FlexibleServerService["kind"];

interface KindFacts {
  readonly engine: "postgresql" | "mysql";
  readonly product: string;
  readonly provider: string;
  /** Later than that of the SDK for MySQL, which knows neither identities nor keys nor administrators. */
  readonly apiVersion: string;
  readonly port: number;
  /** Member of a request that says to which moment is restored. */
  readonly restoreTime: string;
  /** Member of the network that names its private DNS zone. */
  readonly dnsZone: string;
  readonly hasVirtualEndpoints: boolean;
  /** Whether the service tells how many cores of a family are used. */
  readonly tellsQuota: boolean;
}

/** The two services say the same with other words here and there. */
export const KINDS: Readonly<Record<FlexibleKind, KindFacts>> = {
  "azure-postgresql": {
    engine: "postgresql",
    product: "Azure Database for PostgreSQL",
    provider: "Microsoft.DBforPostgreSQL",
    apiVersion: "2025-08-01",
    port: 5432,
    restoreTime: "pointInTimeUTC",
    dnsZone: "privateDnsZoneArmResourceId",
    hasVirtualEndpoints: true,
    tellsQuota: true,
  },
  "azure-mysql": {
    engine: "mysql",
    product: "Azure Database for MySQL",
    provider: "Microsoft.DBforMySQL",
    apiVersion: "2023-12-30",
    port: 3306,
    restoreTime: "restorePointInTime",
    dnsZone: "privateDnsZoneResourceId",
    hasVirtualEndpoints: false,
    tellsQuota: false,
  },
};
