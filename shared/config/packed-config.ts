import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import * as z from "zod";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { certificateFiles, placeBeside } from "./certificate-files.ts";
import type { Config } from "./config.ts";
import { PACKAGED_CONFIG } from "./packaged-name.ts";

/** Texts by their places below one folder. */
const Files = z.record(z.string(), z.string());

/**
 * The configuration with its certificates as one text. An image is named in the configuration by its digest, so the
 * configuration cannot be inside of it: what runs the image hands it in.
 */
export function packConfig(config: Config): string {
  const certificates = certificateFiles(config).map(({ file }) => [placeBeside(config, file) ?? "", file]);
  const files = [[PACKAGED_CONFIG, config.path], ...certificates].map(([place = "", file = ""]) => [
    place,
    readFileSync(file, "utf8"),
  ]);
  return brotliCompressSync(JSON.stringify(Object.fromEntries(files))).toString("base64");
}

/** Puts the files of a packed configuration into a folder, for this user alone, and answers where it is. */
export function unpackConfig(packed: string, folder: string): string {
  for (const [place, text] of Object.entries(filesOf(packed))) {
    const file = join(folder, place);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
  }
  return join(folder, PACKAGED_CONFIG);
}

function filesOf(packed: string): z.output<typeof Files> {
  try {
    return Files.parse(JSON.parse(brotliDecompressSync(Buffer.from(packed, "base64")).toString("utf8")));
  } catch (cause) {
    throw new StillpointError(
      "CONFIG_INVALID",
      "the configuration that the deployment has put into the environment cannot be unpacked; deploy it again; nothing was done",
      { cause },
    );
  }
}
