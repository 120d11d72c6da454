import {
  ContainerClient,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import type { BlobPartsSettings } from "../config/config.ts";
import type { Environment } from "../config/tls-material.ts";
import { accessTo, addressOf } from "./storage-account.ts";

/** The role that lets an identity read and write blobs. */
export const BLOB_ROLE = "Storage Blob Data Contributor";

export async function blobContainer(
  settings: BlobPartsSettings,
  env: Environment,
  retryOptions: NonNullable<StoragePipelineOptions["retryOptions"]>,
): Promise<ContainerClient> {
  const access = await accessTo(settings, env);
  const credential =
    access.kind === "key" ? new StorageSharedKeyCredential(access.account, access.key) : access.credential;
  return new ContainerClient(`${addressOf(settings, "blob")}/${settings.container}`, credential, {
    retryOptions,
  });
}
