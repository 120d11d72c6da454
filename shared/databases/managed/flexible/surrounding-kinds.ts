/** What belongs to a server and is a resource of its own, in the words of the plan. */
export const FIREWALL_RULE = "firewall rule";
export const ADMINISTRATOR = "administrator";
export const PRIVATE_ENDPOINT = "private endpoint";
export const ALERT = "alert";
export const DIAGNOSTIC_SETTING = "diagnostic setting";
export const ACCESS = "access assignment";
export const LOCK = "lock";
export const LOCK_ABOVE = "lock above";
export const REPLICA = "read replica";
export const VIRTUAL_ENDPOINT = "virtual endpoint";
export const DATABASE = "database";

const IN_SUBNET = "in subnet ";

/** A private endpoint is told by where it is: its own name is its original's alone. */
export function endpointName(subnet: string): string {
  return `${IN_SUBNET}${subnet}`;
}

export function subnetOf(name: string): string {
  return name.slice(IN_SUBNET.length);
}
