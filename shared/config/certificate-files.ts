import { dirname, isAbsolute, relative } from "node:path";
import type { CertificateSource, Config } from "./config.ts";
import type { SettingPath } from "./problem.ts";

/** A file that the configuration refers to, and which of its settings does. */
export interface CertificateFile {
  readonly path: SettingPath;
  readonly file: string;
}

/** Certificates that are read beside the configuration. Private keys are never among them. */
export function certificateFiles({ deployments }: Config): readonly CertificateFile[] {
  return deployments.flatMap((deployment) => [
    ...deployment.components.flatMap(({ name, tls, instances }) => {
      const at = ["deployments", deployment.name, "components", name];
      const access = instances.kind === "kubernetes" ? instances.access : undefined;
      return [
        ...fileOf([...at, "tls", "ca"], tls?.ca),
        ...fileOf([...at, "tls", "certificate"], tls?.client?.certificate),
        ...(access && "ca" in access
          ? fileOf([...at, "instances", "kubernetes", "access", "ca"], access.ca)
          : []),
      ];
    }),
    ...deployment.databases.flatMap((database) => {
      if (!("tls" in database) || database.tls === "off") return [];
      return fileOf(
        ["deployments", deployment.name, "databases", database.name, "tls", "ca"],
        database.tls.ca,
      );
    }),
  ]);
}

function fileOf(at: SettingPath, source: CertificateSource | undefined): readonly CertificateFile[] {
  return source !== undefined && "file" in source ? [{ path: [...at, "file"], file: source.file }] : [];
}

/** Where a file is below the configuration's folder; nothing where it is elsewhere. */
export function placeBeside(config: Config, file: string): string | undefined {
  const place = relative(dirname(config.path), file);
  return place.startsWith("..") || isAbsolute(place) ? undefined : place;
}
