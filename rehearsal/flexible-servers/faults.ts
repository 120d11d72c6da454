import { ManagerFaults } from "../azure/manager-faults.ts";

/** What clients of flexible servers meet. */
export class Faults extends ManagerFaults {
  /** Why the region takes no new servers of this subscription; undefined where it does. */
  restricted: string | undefined;
  /** Cores of each family that the subscription may have in the region. */
  coresLimit = 100;
  /** Restores that begin from now on never become ready. */
  restoresHang = false;
  /** The documentation says both: that firewall rules come along, and that they do not. */
  restoresKeepFirewall = false;
  /** So many looks at a server that has just been made find nothing, as MySQL's have. */
  hiddenLooks = 0;
  /** Parameters that the service does not take, whatever the value. */
  readonly refusedParameters = new Set<string>();
}
