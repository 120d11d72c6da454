import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** Loaded into a process with `--import`: accidents that a test can cause, at the moment that it chooses. */

/** The guard of a backup dies at its start, or never gets anywhere. */
const ofGuard = process.env["STILLPOINT_GUARD"];
if (process.argv.includes("--guard")) {
  if (ofGuard === "dies") process.exit(9);
  if (ofGuard === "hangs") await new Promise((resolve) => setTimeout(resolve, 60_000));
}

process.on("SIGUSR2", () => {
  throw new Error("thrown where nobody catches");
});
process.on("SIGWINCH", () => {
  void Promise.reject(new Error("rejected where nobody catches"));
});
process.on("SIGURG", () => {
  // As where the callback that should have answered has thrown.
  fs.open = () => new Promise(() => {});
  syncBuiltinESMExports();
  throw new Error("thrown with the catalog left hanging");
});
