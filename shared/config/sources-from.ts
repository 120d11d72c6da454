import { resolve } from "node:path";
import type { CertificateSource, StorageAccount } from "./config.ts";
import type { CertificateSection } from "./pem-schema.ts";
import type { AccountSection } from "./storage-account-schema.ts";

export function accountFrom({ account, endpoint, key }: AccountSection): StorageAccount {
  return {
    account,
    ...(endpoint !== undefined && { endpoint }),
    ...(key && { key }),
  };
}

export function certificateFrom({ file, pem = "" }: CertificateSection, folder: string): CertificateSource {
  return file === undefined ? { pem } : { file: resolve(folder, file) };
}
