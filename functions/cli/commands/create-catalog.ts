import type { CatalogSettings } from "../../../shared/config/config.ts";
import { loadConfig } from "../../../shared/config/load-config.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { CreateCatalogOutput } from "../json/transfer.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { azureCreationLines, creationLines } from "../show/transfer.ts";

/** `stillpoint catalog create`: the table, which is outside the stack and outlives it. */
export async function createCatalog(shell: Shell): Promise<Outcome> {
  const { catalog } = loadConfig(shell.config, shell.env);
  switch (catalog.kind) {
    case "file":
      throw new StillpointError(
        "USAGE",
        `the catalog is the folder "${catalog.path}", which the first write makes: there is nothing to create; nothing was done`,
      );
    case "dynamodb":
      return onDynamodb(catalog);
    case "azure-table":
      return onAzure(catalog, shell);
    default:
      return catalog satisfies never;
  }
}

async function onDynamodb(catalog: CatalogSettings & { kind: "dynamodb" }): Promise<Outcome> {
  const { createCatalogTable } = await import("../../../shared/catalog/dynamodb/create-table.ts");
  const creation = await createCatalogTable(catalog);
  const { table, region } = catalog;
  return {
    schema: CreateCatalogOutput,
    value: { table, region, ...creation },
    lines: creationLines(`table "${table}" in "${region}"`, creation),
  };
}

async function onAzure(catalog: CatalogSettings & { kind: "azure-table" }, { env }: Shell): Promise<Outcome> {
  const { createCatalogTable } = await import("../../../shared/catalog/azure-table/create-table.ts");
  const { created } = await createCatalogTable(catalog, env);
  const { table, account } = catalog;
  return {
    schema: CreateCatalogOutput,
    value: { table, account, created, deletionProtection: "none", pointInTimeRecovery: "none" },
    lines: azureCreationLines(catalog, created),
  };
}
