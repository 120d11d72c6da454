import * as z from "zod";
import { text } from "./fields.ts";
import { certificateSource, exactlyOne } from "./pem-schema.ts";

/** A password is only ever a reference. */
export const password = z
  .strictObject({
    env: text("must be the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/)
      .optional()
      .describe("Name of the environment variable that holds the password."),
    file: text("must be the path of a file")
      .optional()
      .describe("Path of a file that holds nothing but the password, relative to the configuration file."),
  })
  .refine((source) => Object.keys(source).length === 1, 'must have exactly one of "env" and "file"')
  .meta({
    ...exactlyOne,
    description: "The password: an environment variable or a file, never the password itself.",
  });

export const sqlTls = z
  .union([
    z.literal("off").describe("Plaintext: for a server on this very machine only."),
    z
      .strictObject({
        ca: certificateSource
          .optional()
          .meta({ ...exactlyOne, description: "Certificate authorities to trust instead of the system's." }),
      })
      .describe("TLS with the server's certificate and name verified."),
  ])
  .prefault({})
  .describe("TLS to the server, always verified. Default: by the authorities that the system trusts.");

export const host = text(
  "must be a host name or an address",
  /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|[0-9A-Fa-f:.]+)$/,
);

export const port = z.int().min(1).max(65535);

export const sqlName = text("must be a name of up to 64 characters", /^[^\p{Cc}]{1,64}$/u);
