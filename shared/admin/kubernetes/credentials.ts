import type { KubeConfig } from "@kubernetes/client-node";
import { quoted } from "../../errors/quoted.ts";
import { codeOf, messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import { readPem } from "../tls.ts";
import type { ClusterSource, Token } from "./cluster-source.ts";
import { eksToken } from "./eks-token.ts";

/** Loaded when it is needed: it takes longer to load than all of the command line. */
const clientLibrary = () => import("./kube-config.ts");

/** The API server and the credentials for it, as the client library keeps them. */
export async function credentialsFor(source: ClusterSource): Promise<KubeConfig> {
  const config = (await clientLibrary()).emptyKubeConfig();
  try {
    load(config, source);
  } catch (error) {
    throw codeOf(error) === "INTERNAL" ? unusable(messageOf(error)) : error;
  }
  if (config.getCurrentCluster() === null) throw unusable("it names no cluster");
  return config;
}

function load(config: KubeConfig, source: ClusterSource): void {
  switch (source.kind) {
    case "kubeconfig":
      loadFile(config, source);
      return;
    case "in-cluster":
      config.loadFromCluster();
      if (config.getCurrentCluster()?.server.includes("undefined"))
        throw new Error("this process does not run in a pod with a service account");
      return;
    case "token":
      loadServer(config, source, tokenUser(source.token));
      return;
    case "eks":
      config.addAuthenticator(eksToken(source));
      loadServer(config, source, {});
      return;
    default:
      source satisfies never;
  }
}

/** What the library assumes where it finds nothing at all. */
const NOTHING_FOUND = "http://localhost:8080";

function loadFile(config: KubeConfig, { file, context }: ClusterSource & { kind: "kubeconfig" }): void {
  if (file === undefined) config.loadFromDefault();
  else config.loadFromFile(file);
  const server = config.getCurrentCluster()?.server;
  if (file === undefined && server === NOTHING_FOUND)
    throw new Error("there is no KUBECONFIG, no ~/.kube/config, and no service account of a pod");
  if (context === undefined) return;
  const known = config.getContexts().map(({ name }) => name);
  if (!known.includes(context)) throw new Error(`it has no context "${context}", only ${quoted(known)}`);
  config.setCurrentContext(context);
}

function loadServer(
  config: KubeConfig,
  { kind, endpoint, ca }: ClusterSource & { kind: "token" | "eks" },
  user: object,
): void {
  const caData = Buffer.from(readPem("the CA of the Kubernetes API server", ca)).toString("base64");
  const cluster = { name: endpoint, server: endpoint, caData, skipTLSVerify: false };
  config.loadFromClusterAndUser(cluster, { name: kind, ...user });
}

function tokenUser(token: Token): object {
  if ("value" in token) return { token: token.value };
  return { authProvider: { name: "tokenFile", config: { tokenFile: token.file } } };
}

function unusable(why: string): StillpointError {
  return new StillpointError("INSTANCES_NOT_FOUND", `Cannot use the access to Kubernetes: ${why}`);
}
