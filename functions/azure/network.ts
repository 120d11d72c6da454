import type { AzureSettings } from "../../shared/config/config.ts";

/**
 * Where an app reaches instances from: two with the same answer reach the same ones. Each app has a subnet of its own,
 * all in one network as a rule; then what one reaches the others reach too.
 */
export function networkOf({ location, network }: AzureSettings, app: string): string {
  if (network === undefined) return `Azure Functions in ${location}, outside of any virtual network`;
  const networks = new Set(Object.values(network.subnets).map(virtualNetworkOf));
  const [only] = networks;
  return networks.size === 1 ? `Azure Functions in ${only}` : `Azure Functions of "${app}" in its own subnet`;
}

function virtualNetworkOf(subnet: string): string {
  return subnet.slice(0, subnet.toLowerCase().lastIndexOf("/subnets/"));
}
