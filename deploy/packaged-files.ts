import { copyFile, mkdir } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import type { CertificateSource, Config } from "../shared/config/config.ts";

/** What the configuration is called in a package, whatever it is called here. */
export const PACKAGED_CONFIG = "stillpoint.yml";

/** A file that the configuration refers to, and which of its settings does. */
export interface Reference {
  readonly setting: string;
  readonly file: string;
}

/** Certificates that the functions read beside their configuration. Private keys are never among them. */
export function certificatesOf({ deployments }: Config): readonly Reference[] {
  return deployments.flatMap((deployment) =>
    deployment.components.flatMap(({ name, tls, instances }) => {
      const at = `deployments.${deployment.name}.components.${name}`;
      const access = instances.kind === "kubernetes" ? instances.access : undefined;
      return [
        ...fileOf(`${at}.tls.ca.file`, tls?.ca),
        ...fileOf(`${at}.tls.certificate.file`, tls?.client?.certificate),
        ...(access && "ca" in access ? fileOf(`${at}.instances.kubernetes.access.ca.file`, access.ca) : []),
      ];
    }),
  );
}

function fileOf(setting: string, source: CertificateSource | undefined): readonly Reference[] {
  return source !== undefined && "file" in source ? [{ setting, file: source.file }] : [];
}

/** Where a file is below the configuration's folder; nothing where it is elsewhere, and cannot be packaged. */
export function placeBeside(config: Config, file: string): string | undefined {
  const place = relative(dirname(config.path), file);
  return place.startsWith("..") || isAbsolute(place) ? undefined : place;
}

/** Puts the configuration and its certificates beside a function's bundle. */
export async function packFiles(config: Config, folder: string): Promise<void> {
  await copyFile(config.path, join(folder, PACKAGED_CONFIG));
  for (const { file } of certificatesOf(config)) {
    const to = join(folder, placeBeside(config, file) ?? "");
    await mkdir(dirname(to), { recursive: true });
    await copyFile(file, to);
  }
}
