import * as z from "zod";
import { checkedText, text, urlProblem } from "./fields.ts";

const ACCOUNT = /^[a-z0-9]{3,24}$/;

/** How a storage account of Azure is reached, as part of a section of its own kind. */
export const storageAccount = {
  account: text("must be the name of a storage account: 3 to 24 lower-case letters and digits", ACCOUNT),
  endpoint: checkedText(urlProblem)
    .optional()
    .describe("Address of the service, where it is not Azure's own. Plain http only with a key."),
  key: z
    .strictObject({
      env: text("must be the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/).describe(
        "Name of the environment variable that holds the key.",
      ),
    })
    .optional()
    .describe(
      "Key of the account, where identities are not wanted: an environment variable, never the key itself. " +
        "Default: the identity of the host, or of whoever is signed in.",
    ),
};

export interface AccountSection {
  readonly account: string;
  readonly endpoint?: string | undefined;
  readonly key?: { readonly env: string } | undefined;
}

/** A key signs and stays where it is; a token would be read along. */
export const encryptedUnlessKey: z.core.CheckFn<Omit<AccountSection, "account">> = ({
  value: { endpoint, key },
  issues,
}) => {
  if (key !== undefined || !endpoint?.startsWith("http:")) return;
  const message =
    "must begin with https where no key is named: an identity's token would travel in the clear";
  issues.push({ code: "custom", path: ["endpoint"], message, input: endpoint });
};
