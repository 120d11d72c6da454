import { KubeConfig } from "@kubernetes/client-node";

/**
 * Credentials with nothing in them. In a module of its own, which is loaded when it is needed: a bundler then leaves
 * out whatever of the library is not named here, most of three megabytes.
 */
export function emptyKubeConfig(): KubeConfig {
  return new KubeConfig();
}
