import * as z from "zod";
import { text } from "./fields.ts";

export const pemFile = text("must be the path of a file").describe(
  "Path of a PEM file, relative to the configuration file.",
);
const pem = text("must be PEM text, beginning with -----BEGIN", /-----BEGIN /).describe(
  "The PEM text itself.",
);

export const certificateSource = z
  .strictObject({ file: pemFile.optional(), pem: pem.optional() })
  .refine((source) => Object.keys(source).length === 1, 'must have exactly one of "file" and "pem"');
export type CertificateSection = z.output<typeof certificateSource>;

/** The same rule for editors. */
export const exactlyOne = { minProperties: 1, maxProperties: 1 };
