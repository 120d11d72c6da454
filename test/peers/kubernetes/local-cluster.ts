import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { LocalProcess } from "../../../rehearsal/local-process.ts";
import { freePort } from "../../../rehearsal/scalardb-server/local-port.ts";
import { certificateShop } from "../../admin/certificates.ts";
import { serverBinary } from "./server-binary.ts";

const START_LIMIT_MS = 120_000;

/** An etcd and a kube-apiserver on this machine. Nothing schedules or runs the pods: the tests write their status. */
export interface LocalCluster extends AsyncDisposable {
  readonly endpoint: string;
  /** A file with the certificate of the API server's authority. */
  readonly ca: string;
  /** A kubeconfig of an administrator. */
  readonly kubeconfig: string;
  /** A kubeconfig that trusts an authority which the server's certificate is not from. */
  readonly distrusting: string;
  /** A kubeconfig of the administrator that goes another way to the same server. */
  kubeconfigBy(endpoint: string): Promise<string>;
  /** Calls the API as an administrator; anything but success is an error. */
  call(method: string, path: string, body?: object): Promise<unknown>;
  /** Ends the API server, as one that is updated does. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** It answers nothing, and its connections stay open. */
  suspend(): void;
  resume(): void;
  /** Starts an API server again, which knows nothing of what was before but what etcd holds. */
  start(...flags: readonly string[]): Promise<void>;
  /** Makes etcd forget all older versions. */
  compact(): Promise<void>;
}

export async function localCluster(): Promise<LocalCluster> {
  const binary = await serverBinary();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-kubernetes-"));
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const endpoint = `https://127.0.0.1:${port}`;
  const shop = certificateShop();
  const authority = shop.newAuthority("cluster");
  const serving = authority.issue("kube-apiserver", "IP:127.0.0.1,DNS:localhost");
  const admin = authority.issue("admin/O=system:masters", "DNS:admin");
  const files = {
    "serving.pem": serving.certificate,
    "serving.key": serving.key,
    "ca.pem": authority.certificate,
    "admin.kubeconfig": kubeconfig(endpoint, authority.certificate, admin),
    "distrusting.kubeconfig": kubeconfig(endpoint, shop.newAuthority("other").certificate, admin),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  shop.close();

  const call = (method: string, path: string, body?: object) =>
    callApi(
      `${endpoint}${path}`,
      { method, ca: authority.certificate, cert: admin.certificate, key: admin.key },
      body,
    );
  const etcd = new LocalProcess({
    name: "etcd",
    dir: folder,
    command: [binary, ...etcdWords(folder, etcdPort, peerPort)],
  });
  let starts = 0;
  let api: LocalProcess;
  const start = async (...flags: readonly string[]) => {
    const command = [binary, ...apiWords(folder, etcdPort, port), ...flags];
    api = new LocalProcess({ name: `kube-apiserver-${starts++}`, dir: folder, command });
    const isReady = () =>
      call("GET", "/readyz").then(
        () => true,
        () => false,
      );
    await api.until(isReady, START_LIMIT_MS);
  };
  await etcd.answers(etcdPort, START_LIMIT_MS);
  await start();

  return {
    endpoint,
    kubeconfigBy: async (by) => {
      const path = join(folder, `${new URL(by).port}.kubeconfig`);
      await writeFile(path, kubeconfig(by, authority.certificate, admin));
      return path;
    },
    ca: join(folder, "ca.pem"),
    kubeconfig: join(folder, "admin.kubeconfig"),
    distrusting: join(folder, "distrusting.kubeconfig"),
    call,
    start,
    stop: () => api.stop(),
    kill: () => api.kill(),
    suspend: () => api.suspend(),
    resume: () => api.resume(),
    compact: () => compact(etcdPort),
    [Symbol.asyncDispose]: async () => {
      api.resume();
      await api.kill();
      await etcd.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function etcdWords(folder: string, port: number, peerPort: number): readonly string[] {
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  return [
    "etcd",
    ...["--name", "test", "--data-dir", join(folder, "etcd"), "--unsafe-no-fsync", "--log-level", "warn"],
    ...["--listen-client-urls", client, "--advertise-client-urls", client],
    ...[
      "--listen-peer-urls",
      peer,
      "--initial-advertise-peer-urls",
      peer,
      "--initial-cluster",
      `test=${peer}`,
    ],
  ];
}

function apiWords(folder: string, etcdPort: number, port: number): readonly string[] {
  const [certificate, key] = [join(folder, "serving.pem"), join(folder, "serving.key")];
  return [
    "kube-apiserver",
    ...["--etcd-servers", `http://127.0.0.1:${etcdPort}`, "--etcd-compaction-interval", "0"],
    ...["--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", String(port)],
    ...["--cert-dir", folder, "--tls-cert-file", certificate, "--tls-private-key-file", key],
    ...["--client-ca-file", join(folder, "ca.pem"), "--authorization-mode", "RBAC"],
    ...["--service-account-issuer", "https://kubernetes.default.svc"],
    ...["--service-account-key-file", certificate, "--service-account-signing-key-file", key],
    ...["--service-cluster-ip-range", "10.96.0.0/16", "--endpoint-reconciler-type", "none"],
    // Nothing makes the accounts that its pods would need.
    ...["--disable-admission-plugins", "ServiceAccount"],
    ...["--shutdown-delay-duration", "0s", "--shutdown-watch-termination-grace-period", "2s"],
  ];
}

function kubeconfig(
  server: string,
  ca: string,
  { certificate, key }: { readonly certificate: string; readonly key: string },
): string {
  const data = (text: string) => Buffer.from(text).toString("base64");
  const cluster = { server, "certificate-authority-data": data(ca) };
  const user = { "client-certificate-data": data(certificate), "client-key-data": data(key) };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "admin", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}

/** A change is a merge of JSON objects. */
async function callApi(url: string, options: RequestOptions, body?: object): Promise<unknown> {
  const type = options.method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const text = body === undefined ? "" : JSON.stringify(body);
  const headers = { "content-type": type, "content-length": Buffer.byteLength(text) };
  const sent = request(url, { ...options, headers }, (response) => {
    const isFine = (response.statusCode ?? 0) < 300;
    response
      .setEncoding("utf8")
      .toArray()
      .then((chunks) => {
        const answer = chunks.join("");
        if (isFine) resolve(answer);
        else reject(new Error(`${options.method} ${url}: ${answer}`));
      }, reject);
  });
  sent.once("error", reject);
  sent.end(text);
  const answer = await promise;
  return answer.startsWith("{") ? JSON.parse(answer) : answer;
}

/** By etcd's gateway, which speaks JSON over HTTP. */
async function compact(etcdPort: number): Promise<void> {
  const post = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${etcdPort}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return (await response.json()) as { readonly header: { readonly revision: string } };
  };
  const { header } = await post("/v3/kv/range", { key: "AA==" });
  await post("/v3/kv/compaction", { revision: header.revision, physical: true });
}
