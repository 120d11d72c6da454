import * as z from "zod";
import { checkedText, text, urlProblem } from "./fields.ts";
import { certificateSource, exactlyOne } from "./pem-schema.ts";

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const PORT_MOST = 65_535;

const endpoint = checkedText((value) => {
  const problem = urlProblem(value);
  if (problem !== undefined) return problem.replace("http://127.0.0.1:8000", "https://10.0.0.1:6443");
  return value.startsWith("https:") ? undefined : "must begin with https://: a token would be sent to it";
}).describe("Address of the API server.");
const ca = certificateSource.meta({
  ...exactlyOne,
  description: "Certificate authority of the API server, as the kubeconfig or the cloud tells it.",
});

const KubeconfigAccess = z
  .strictObject({
    kubeconfig: z
      .strictObject({
        file: text("must be the path of a file")
          .optional()
          .describe("Path, relative to the configuration file. Default: as for kubectl."),
        context: text("must be the name of a context").optional().describe("Default: the current context."),
      })
      .describe("The kubeconfig that is used."),
  })
  .describe("Access by a kubeconfig, with whatever it logs in with: aws eks get-token, kubelogin, ...");

const TokenAccess = z
  .strictObject({
    endpoint,
    ca,
    token: z
      .strictObject({
        file: text("must be the path of a file").optional().describe("Read again as it is renewed."),
        env: text("must be the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/)
          .optional()
          .describe("Name of the environment variable that holds the token."),
      })
      .refine((source) => Object.keys(source).length === 1, 'must have exactly one of "file" and "env"')
      .meta({
        ...exactlyOne,
        description:
          "Bearer token of a service account: a file or an environment variable, never the token itself.",
      }),
  })
  .describe("Access by a service account's token, for hosts without a kubeconfig.");

const EksAccess = z
  .strictObject({
    endpoint,
    ca,
    eks: z
      .strictObject({
        cluster: text("must be the name of the cluster in EKS", LABEL).describe(
          "Name of the cluster in EKS.",
        ),
        region: text('must be a region such as "ap-northeast-1"', /^[a-z0-9-]+$/).describe("AWS region."),
        profile: text("must be the name of an AWS profile")
          .optional()
          .describe("AWS profile with the credentials."),
      })
      .describe("The cluster, which an IAM identity with an access entry may ask."),
  })
  .describe("Access with AWS credentials, for hosts without a kubeconfig.");

export const KubernetesSection = z
  .strictObject({
    release: text("must be the name of a Helm release", LABEL).describe("Name of the Helm release."),
    namespace: text("must be the name of a namespace", NAMESPACE)
      .default("default")
      .describe("Namespace of the release."),
    port: z
      .number()
      .int("must be a port from 1 to 65535")
      .min(1, "must be a port from 1 to 65535")
      .max(PORT_MOST, "must be a port from 1 to 65535")
      .optional()
      .describe(
        "Admin port of the pods. Default: what the headless service says. Needed for a ScalarDB Cluster with " +
          "scalar.db.cluster.node.admin.port.",
      ),
    access: z
      .union([z.literal("in-cluster"), KubeconfigAccess, TokenAccess, EksAccess])
      .optional()
      .describe(
        'How the API server is reached: { kubeconfig }, "in-cluster", or its endpoint and ca with a token or eks. ' +
          "Default, as for kubectl: KUBECONFIG, ~/.kube/config, the service account of the pod.",
      ),
  })
  .describe("A Helm release of one of Scalar's charts.");

export type KubernetesSection = z.output<typeof KubernetesSection>;
