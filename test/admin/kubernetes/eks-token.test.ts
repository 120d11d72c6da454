import { createHash, createHmac } from "node:crypto";
import type { RequestOptions } from "node:https";
import type { User } from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { eksToken } from "../../../shared/admin/kubernetes/eks-token.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-02T03:04:05Z"), toFake: ["Date", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session/+=" };
const cluster = { cluster: "prod", region: "ap-northeast-1" };
const user: User = { name: "eks" };

async function tokenOf(authenticator: ReturnType<typeof eksToken>): Promise<string> {
  const options: RequestOptions = { headers: { accept: "a" } };
  await authenticator.applyAuthentication(user, options);
  expect(options.headers).toMatchObject({ accept: "a" });
  return String((options.headers as Record<string, string>)["Authorization"]);
}

test("an EKS token is a question to STS, signed for one cluster", async () => {
  const token = await tokenOf(eksToken(cluster, async () => keys));
  expect(token).toMatch(/^Bearer k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  const url = new URL(Buffer.from(token.slice("Bearer k8s-aws-v1.".length), "base64url").toString());
  expect(url.origin).toBe("https://sts.ap-northeast-1.amazonaws.com");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    Action: "GetCallerIdentity",
    Version: "2011-06-15",
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "AKIDEXAMPLE/20260102/ap-northeast-1/sts/aws4_request",
    "X-Amz-Date": "20260102T030405Z",
    "X-Amz-Expires": "60",
    "X-Amz-Security-Token": "session/+=",
    "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
    "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("the signature is the one that the published algorithm gives", async () => {
  const url = await signedUrl({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" });
  expect(url.searchParams.get("X-Amz-Signature")).toBe(signatureOf(url, "secret", "prod"));
});

async function signedUrl(given: { accessKeyId: string; secretAccessKey: string }): Promise<URL> {
  const token = await tokenOf(eksToken(cluster, async () => given));
  return new URL(Buffer.from(token.slice("Bearer k8s-aws-v1.".length), "base64url").toString());
}

/** AWS Signature Version 4 of a presigned request, as its documentation writes it down. */
function signatureOf(url: URL, secret: string, cluster: string): string {
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const sha = (text: string) => createHash("sha256").update(text).digest("hex");
  const query = [...url.searchParams]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort();
  const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`;
  const canonical = ["GET", "/", query.join("&"), headers, "host;x-k8s-aws-id", sha("")].join("\n");
  const [, day = "", region = "", service = ""] = (url.searchParams.get("X-Amz-Credential") ?? "").split("/");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", url.searchParams.get("X-Amz-Date"), scope, sha(canonical)].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString("hex");
}

test("a token is signed anew before the API server would take it no more", async () => {
  const authenticator = eksToken(cluster, async () => keys);
  const first = await tokenOf(authenticator);
  vi.advanceTimersByTime(9 * 60_000);
  expect(await tokenOf(authenticator)).toBe(first);
  vi.advanceTimersByTime(2 * 60_000);
  expect(await tokenOf(authenticator)).not.toBe(first);
});
