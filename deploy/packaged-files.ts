import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { certificateFiles, placeBeside } from "../shared/config/certificate-files.ts";
import type { Config } from "../shared/config/config.ts";
import { PACKAGED_CONFIG } from "../shared/config/packaged-name.ts";

/** Puts the configuration and its certificates beside a function's bundle. */
export async function packFiles(config: Config, folder: string): Promise<void> {
  await copyFile(config.path, join(folder, PACKAGED_CONFIG));
  for (const { file } of certificateFiles(config)) {
    const to = join(folder, placeBeside(config, file) ?? "");
    await mkdir(dirname(to), { recursive: true });
    await copyFile(file, to);
  }
}
