import type { AccessToken } from "@azure/identity";
import { expect, test } from "vitest";
import { joined } from "../../shared/azure/credential.ts";

const TOKEN: AccessToken = { token: "t", expiresOnTimestamp: 1 };
const SCOPE = "https://storage.azure.com/.default";

function slowCredential(limitMs?: number) {
  const asked: { scopes: string | string[]; options: object; answer: (token: AccessToken) => void }[] = [];
  const credential = joined(
    {
      getToken: (scopes, options = {}) =>
        new Promise<AccessToken>((answer) => asked.push({ scopes, options, answer })),
    },
    limitMs,
  );
  return { credential, asked };
}

test("who asks while a token is being found waits for the same one, and the next is a new one", async () => {
  const { credential, asked } = slowCredential();
  const both = [credential.getToken(SCOPE), credential.getToken(SCOPE)];
  expect(asked).toHaveLength(1);
  asked[0]?.answer(TOKEN);
  expect(await Promise.all(both)).toEqual([TOKEN, TOKEN]);
  void credential.getToken(SCOPE);
  expect(asked).toHaveLength(2);
});

test("a token that never comes keeps nobody waiting for good", async () => {
  const { credential, asked } = slowCredential(0);
  void credential.getToken(SCOPE);
  const second = credential.getToken(SCOPE);
  asked[1]?.answer(TOKEN);
  expect(await second).toBe(TOKEN);
});

test("another scope or tenant is another question", () => {
  const { credential, asked } = slowCredential();
  void credential.getToken(SCOPE);
  void credential.getToken("https://management.azure.com/.default");
  void credential.getToken(SCOPE, { tenantId: "other" });
  expect(asked.map(({ scopes }) => scopes)).toEqual([SCOPE, "https://management.azure.com/.default", SCOPE]);
});

test("finding a token goes on when who asked first has given up", async () => {
  const { credential, asked } = slowCredential();
  const given = new AbortController();
  const first = credential.getToken(SCOPE, { abortSignal: given.signal });
  given.abort();
  await expect(first).rejects.toMatchObject({ name: "AbortError" });
  const second = credential.getToken(SCOPE);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.options).not.toHaveProperty("abortSignal");
  asked[0]?.answer(TOKEN);
  expect(await second).toBe(TOKEN);
});

test("a token that could not be found is asked for again", async () => {
  let asked = 0;
  const credential = joined({
    getToken: () => (asked++ === 0 ? Promise.reject(new Error("not yet")) : Promise.resolve(TOKEN)),
  });
  await expect(credential.getToken(SCOPE)).rejects.toThrow("not yet");
  expect(await credential.getToken(SCOPE)).toBe(TOKEN);
});
