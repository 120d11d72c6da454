import * as z from "zod";
import { type ComponentKind, parseAddress } from "../admin/instance-address.ts";
import { checkedText, text } from "./fields.ts";
import { KubernetesSection } from "./kubernetes-schema.ts";
import { certificateSource, exactlyOne, pemFile } from "./pem-schema.ts";

export const COMPONENT_KINDS = ["ledger", "auditor", "scalardb-cluster", "scalardb-server"] as const;
COMPONENT_KINDS satisfies readonly ComponentKind[];

const DNS_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?$/;

/** One spelling for each host, so that two that are the same can be seen to be; nothing where it cannot be one. */
export function canonicalHost(host: string): string | undefined {
  const url = `http://${host.includes(":") ? `[${host}]` : host}/`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, "") : undefined;
}

function addressProblem(address: string): string | undefined {
  try {
    if (canonicalHost(parseAddress(address, "ledger").host) !== undefined) return undefined;
  } catch {
    // Said below, in this file's words.
  }
  return 'must be "host", "host:port" or "[IPv6 address]:port", with a port from 1 to 65535';
}

const instances = z
  .union([
    z
      .array(checkedText(addressProblem))
      .min(1, "must name at least one instance")
      .describe(
        'Addresses: "10.0.0.1:50053", "ledger-0", "[::1]:50053". Without a port: the usual admin port.',
      ),
    z
      .strictObject({
        srv: text(
          'must be a DNS name, such as "_scalardl-admin._tcp.ledger-headless.default.svc.cluster.local"',
          DNS_NAME,
        ).describe("DNS SRV name whose records are the instances: what scalar-admin takes with -s."),
        servers: z
          .array(checkedText(serverProblem))
          .min(1, "must name at least one DNS server")
          .optional()
          .describe('DNS servers to ask instead of those of the system, as "10.0.0.2" or "10.0.0.2:53".'),
      })
      .describe(
        "Instances found by DNS. The verdict says so: DNS may forget an instance that is still stopping.",
      ),
    z
      .strictObject({ kubernetes: KubernetesSection })
      .describe("The pods of a Helm release, watched from before the pause until after the hold."),
  ])
  .describe(
    "Where the instances are: a list of addresses, { srv: NAME } or { kubernetes: { release: NAME } }.",
  );

function serverProblem(server: string): string | undefined {
  const literal = /^(?:\d+\.){3}\d+(?::\d+)?$|^\[[0-9A-Fa-f:.]+\](?::\d+)?$/.test(server);
  return literal && URL.canParse(`http://${server}/`)
    ? undefined
    : 'must be the IP address of a DNS server, such as "10.0.0.2" or "[fd00::2]:53"';
}

const keySource = z
  .strictObject({
    file: pemFile.optional(),
    env: text("must be the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/)
      .optional()
      .describe("Name of the environment variable that holds the PEM text."),
  })
  .refine((source) => Object.keys(source).length === 1, 'must have exactly one of "file" and "env"');

export const TlsSection = z
  .strictObject({
    ca: certificateSource
      .optional()
      .meta({ ...exactlyOne, description: "Certificate authorities to trust instead of the system's." }),
    authority: text("must be the name that the certificate is for")
      .optional()
      .describe("Name that the server's certificate is for, where it is not the host that is dialled."),
    certificate: certificateSource.optional().meta({ ...exactlyOne, description: "Client certificate." }),
    key: keySource.optional().meta({
      ...exactlyOne,
      description:
        "Private key of the client certificate: a file or an environment variable, never the key itself.",
    }),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    message: 'must have both "certificate" and "key", or neither',
  })
  .describe("TLS to the admin port. Plaintext where it is absent; {} trusts the system's authorities.");

export const ComponentSection = z
  .strictObject({
    kind: z
      .enum(COMPONENT_KINDS)
      .optional()
      .describe(
        "What serves the Scalar Admin interface. May be left out where the component is named after it.",
      ),
    instances,
    paused: z
      .boolean()
      .optional()
      .describe(
        "Whether a backup pauses it. Default: true, but false for an Auditor, which ScalarDL leaves running.",
      ),
    tls: TlsSection.optional(),
  })
  .describe("One kind of process that serves the Scalar Admin interface.");

export type ComponentSection = z.output<typeof ComponentSection>;
export type TlsSection = z.output<typeof TlsSection>;
