import * as tls from "node:tls";
import { MySQLManagementFlexibleServerClient } from "@azure/arm-mysql-flexible";
import { PostgreSQLManagementFlexibleServerClient } from "@azure/arm-postgresql-flexible";
import { DefaultAzureCredential } from "@azure/identity";
import { afterEach, vi } from "vitest";
import {
  type RehearsalFlexibleServers,
  startFlexibleServers,
} from "../../../rehearsal/flexible-servers/flexible-servers.ts";
import type { Pace } from "../../../rehearsal/flexible-servers/pace.ts";

/** Nothing takes time but what a test is about; a write is in the backup as late as in the cloud. */
const AT_ONCE: Pace = {
  backupDelayMs: 300_000,
  restoreMs: 0,
  createMs: 0,
  updateMs: 0,
  restartMs: 0,
  deleteMs: 0,
  standbyMs: 0,
  resourceMs: 0,
};

/** Long enough for a test to look at a phase, which ends with the imitation. */
export const FOR_LONG_MS = 3_600_000;

/** How often a poller asks. */
export const EAGER = { updateIntervalInMs: 1 };

export interface Azure {
  readonly flexible: RehearsalFlexibleServers;
  readonly postgresql: PostgreSQLManagementFlexibleServerClient;
  readonly mysql: MySQLManagementFlexibleServerClient;
  readonly group: string;
}

const running: RehearsalFlexibleServers[] = [];
const trusted = tls.getCACertificates("default");

afterEach(async () => {
  for (const flexible of running.splice(0)) await flexible.close();
  tls.setDefaultCACertificates(trusted);
  vi.unstubAllEnvs();
});

/** An imitation of its own for the test, and unchanged clients of its management plane. */
export async function start(pace: Partial<Pace> = {}): Promise<Azure> {
  const flexible = await startFlexibleServers({ pace: { ...AT_ONCE, ...pace } });
  running.push(flexible);
  tls.setDefaultCACertificates([...trusted, flexible.caCertificate]);
  for (const [name, value] of Object.entries(flexible.environment())) vi.stubEnv(name, value);
  const credential = new DefaultAzureCredential();
  const options = { endpoint: flexible.armEndpoint, retryOptions: { maxRetries: 0 } };
  return {
    flexible,
    postgresql: new PostgreSQLManagementFlexibleServerClient(credential, flexible.subscription, options),
    mysql: new MySQLManagementFlexibleServerClient(credential, flexible.subscription, options),
    group: flexible.resourceGroup,
  };
}

/** The time at which everything that a test is about has been there for a day. */
export const DAY_MS = 86_400_000;
