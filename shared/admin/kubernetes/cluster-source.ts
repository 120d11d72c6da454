import type { Pem } from "../tls.ts";

/** A bearer token: a file, which is read again as it is renewed, or the token itself. */
export type Token = { readonly file: string } | { readonly value: string };

/** Which API server is asked, and as whom. */
export type ClusterSource =
  /** As kubectl does: the file named, else KUBECONFIG, else ~/.kube/config, else the pod's own account. */
  | { readonly kind: "kubeconfig"; readonly file?: string; readonly context?: string }
  /** The service account of the pod that we run in. */
  | { readonly kind: "in-cluster" }
  | { readonly kind: "token"; readonly endpoint: string; readonly ca: Pem; readonly token: Token }
  /** AWS credentials, for hosts without a kubeconfig: `cluster` is the cluster's name in EKS. */
  | {
      readonly kind: "eks";
      readonly endpoint: string;
      readonly ca: Pem;
      readonly cluster: string;
      readonly region: string;
      readonly profile?: string;
    };

/** A Helm release of one of Scalar's charts. */
export interface ReleaseSource {
  readonly kind: "kubernetes";
  readonly release: string;
  readonly namespace: string;
  /** The admin port of the pods, where it is not the one that the headless service names. */
  readonly port?: number;
  readonly cluster: ClusterSource;
}
