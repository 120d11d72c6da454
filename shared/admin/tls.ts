import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";

/** A PEM file, or its text; in a text, `\n` written out stands for a line end, as environment variables carry it. */
export type Pem = { readonly file: string } | { readonly pem: string };

/** How a component's admin port is secured. An empty object is TLS with the system's certificate authorities. */
export interface AdminTls {
  /** The certificate authorities to trust instead of the system's. */
  readonly ca?: Pem;
  /** The name that the certificate has to be for, also sent as SNI and `:authority`; by default the host dialled. */
  readonly authority?: string;
  readonly clientCertificate?: { readonly certificate: Pem; readonly key: Pem };
}

/** TLS settings with their files read and checked. */
export interface LoadedTls {
  readonly context: SecureContext;
  readonly authority?: string;
}

/** Reads the files and parses the certificates; whatever is wrong is `CONFIG_INVALID`. */
export function loadTls(component: string, tls: AdminTls): LoadedTls {
  const { ca, authority, clientCertificate } = tls;
  const read = (what: string, pem: Pem) => readPem(`the ${what} of component "${component}"`, pem);
  const parts = {
    ...(ca && { ca: read("CA", ca) }),
    ...(clientCertificate && {
      cert: read("client certificate", clientCertificate.certificate),
      key: read("client key", clientCertificate.key),
    }),
  };
  try {
    return { context: createSecureContext(parts), ...(authority !== undefined && { authority }) };
  } catch (error) {
    const what = `Cannot use the TLS settings of component "${component}": ${messageOf(error)}`;
    throw new StillpointError("CONFIG_INVALID", `${what}; nothing was contacted`, { cause: error });
  }
}

export function readPem(what: string, source: Pem): string {
  const text = "pem" in source ? source.pem.replaceAll("\\n", "\n") : readFile(what, source.file);
  if (text.includes("-----BEGIN ")) return text;
  const where = "pem" in source ? "the text given" : `"${source.file}"`;
  throw new StillpointError(
    "CONFIG_INVALID",
    `Cannot use ${what}: ${where} holds no PEM block; nothing was contacted`,
  );
}

function readFile(what: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const message = `Cannot read ${what} from "${file}": ${messageOf(error)}; nothing was contacted`;
    throw new StillpointError("CONFIG_INVALID", message, { cause: error });
  }
}
