import { azureStack } from "../../../deploy/azure/deployable.ts";
import type { AzureStack } from "../../../deploy/azure/stack.ts";
import { loadConfig } from "../../../shared/config/load-config.ts";
import { written } from "../configurations.ts";
import { SUBSCRIPTION } from "./arm-functions.ts";

export const OTHER_SUBSCRIPTION = "22222222-2222-2222-2222-222222222222";
const NETWORK = `/subscriptions/${OTHER_SUBSCRIPTION}/resourceGroups/Net/providers/Microsoft.Network`;
const subnet = (name: string) => `${NETWORK}/virtualNetworks/prod/subnets/${name}`;

/** The least that can be deployed. */
export const LEAST = `
catalog: { kind: azure-table, account: stillpointcatalog }
verification: { parts: { kind: blob, account: stillpointcatalog, container: parts } }
deployments:
  payments:
    components:
      ledger: { instances: ["10.0.0.1"] }
    databases:
      main: { kind: cosmosdb, subscription: ${SUBSCRIPTION}, resourceGroup: payments, account: payments-prod }
azure: { subscription: ${SUBSCRIPTION}, location: japaneast }
`;

/** Several deployments, and everything that can be said of Azure. */
export const FULL = `
catalog: { kind: azure-table, account: stillpointcatalog, table: catalog }
verification: { parts: { kind: blob, account: stillpointcatalog, container: verified, prefix: parts/ } }
deployments:
  payments:
    components:
      ledger:
        instances: { srv: _scalardl-admin._tcp.ledger.example.com }
        tls:
          ca: { file: certificates/ca.pem }
          certificate: { file: certificates/client.pem }
          key: { env: STILLPOINT_CLIENT_KEY }
    databases:
      main:
        kind: cosmosdb
        subscription: ${SUBSCRIPTION}
        resourceGroup: Payments
        account: payments-prod
        verifyFrom:
          subnet: ${subnet("endpoints")}
          dnsZone: /subscriptions/${SUBSCRIPTION}/resourceGroups/dns/providers/Microsoft.Network/privateDnsZones/privatelink.documents.azure.com
    objective: 26h
    schedule: { cron: "0 3 * * *", timezone: Asia/Tokyo }
  stock-eu:
    components:
      scalardb-cluster:
        instances:
          kubernetes:
            release: stock
            access:
              endpoint: https://stock-0123.hcp.westeurope.azmk8s.io
              ca: { file: certificates/cluster-ca.pem }
              token: { env: STOCK_TOKEN }
    databases:
      main: { kind: cosmosdb, subscription: ${SUBSCRIPTION}, resourceGroup: payments, account: stock-eu }
      more: { kind: cosmosdb, subscription: ${OTHER_SUBSCRIPTION}, resourceGroup: stock, account: stock-more }
    schedule: { cron: "30 2 * * MON-FRI" }
  orders:
    components:
      scalardb-cluster: { instances: ["10.0.2.1"] }
    databases:
      sql:
        kind: managed
        service: azure-postgresql
        subscription: ${SUBSCRIPTION}
        resourceGroup: Servers
        server: orders-sql
        database: orders
        user: stillpoint
        password: { env: ORDERS_PASSWORD }
azure:
  subscription: ${SUBSCRIPTION}
  location: japaneast
  name: sp-prod
  network: { subnets: { backup: "${subnet("backup")}", restore: "${subnet("restore")}", sweep: "${subnet("sweep")}" } }
  requesters: [33333333-3333-3333-3333-333333333333, 44444444-4444-4444-4444-444444444444]
  approvers: [55555555-5555-5555-5555-555555555555]
  actionGroup: /subscriptions/${SUBSCRIPTION}/resourceGroups/ops/providers/Microsoft.Insights/actionGroups/on-call
  secrets: { STILLPOINT_CLIENT_KEY: client-key, STOCK_TOKEN: stock-token, ORDERS_PASSWORD: orders-password }
  logRetentionDays: 700
  lookEvery: 10m
`;

export async function stackOf(text: string): Promise<AzureStack> {
  return azureStack(loadConfig(await written(text), {}));
}
