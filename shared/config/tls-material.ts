import { readFileSync } from "node:fs";
import { type AdminTls, loadTls } from "../admin/tls.ts";
import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";
import type { KeySource, TlsSettings } from "./config.ts";
import { tlsFrom } from "./config-from.ts";
import type { Problem, SettingPath } from "./problem.ts";
import { tlsSectionsOf } from "./sections.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** TLS settings as the admin client takes them: the only place where a reference to a secret becomes the secret. */
export function adminTls({ ca, authority, client }: TlsSettings, env: Environment): AdminTls {
  return {
    ...(ca && { ca }),
    ...(authority !== undefined && { authority }),
    ...(client && { clientCertificate: { certificate: client.certificate, key: keyOf(client.key, env) } }),
  };
}

function keyOf(key: KeySource, env: Environment) {
  if ("file" in key) return key;
  const pem = env[key.env];
  if (pem !== undefined) return { pem };
  throw new StillpointError(
    "CONFIG_INVALID",
    `Cannot use the client key in the environment variable "${key.env}": it is not set; nothing was contacted`,
  );
}

/** Whether everything that the TLS sections refer to is there and fits together. */
export function referenceProblems(tree: unknown, folder: string, env: Environment): readonly Problem[] {
  return tlsSectionsOf(tree).flatMap(({ name, path, section }) => {
    const settings = tlsFrom(section, folder);
    const missing = missingParts(path, settings, env);
    return missing.length > 0 ? missing : unusable(name, path, settings, env);
  });
}

function missingParts(path: SettingPath, { ca, client }: TlsSettings, env: Environment): readonly Problem[] {
  const parts = { ca, certificate: client?.certificate, key: client?.key };
  return Object.entries(parts).flatMap(([part, source]) => {
    if (source === undefined || "pem" in source) return [];
    if ("env" in source) {
      if (env[source.env] !== undefined) return [];
      return [{ path: [...path, part, "env"], rule: "must name an environment variable that is set" }];
    }
    const problem = readingProblem(source.file);
    return problem === undefined
      ? []
      : [{ path: [...path, part, "file"], rule: `must be readable: ${problem}` }];
  });
}

/** Why a file cannot be read, where it cannot. */
export function readingProblem(file: string): string | undefined {
  try {
    readFileSync(file);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? messageOf(error);
  }
}

function unusable(
  name: string,
  path: SettingPath,
  settings: TlsSettings,
  env: Environment,
): readonly Problem[] {
  try {
    loadTls(name, adminTls(settings, env));
    return [];
  } catch (error) {
    return [{ path, rule: `must be usable: ${messageOf(error)}`, about: "name" }];
  }
}
