import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDump } from "../shared/artifacts/check-dump.ts";
import { folderStore } from "../shared/artifacts/folder-store.ts";
import { storeDump } from "../shared/artifacts/store-dump.ts";

/** How fast a dump is stored and checked, beside `cat | zstd -1`; both end with the file on the disk. */
const BYTES = Number(process.argv[2] ?? 2_000_000_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const LOOKS_EVERY_MS = 50;
const folder = mkdtempSync(join(tmpdir(), "stillpoint-bench-dump-"));
const source = join(folder, "source");

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1_000;
}

async function bare(): Promise<void> {
  const target = join(folder, "bare.zst");
  execFileSync("sh", ["-c", `cat "${source}" | zstd -1 -q > "${target}" && sync "${target}"`]);
  rmSync(target);
}

let peak = 0;
const looking = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, LOOKS_EVERY_MS);

// By another process, whose memory is its own.
execFileSync(process.execPath, [
  fileURLToPath(new URL("./dump-source.ts", import.meta.url)),
  source,
  String(BYTES),
]);
const bytes = statSync(source).size;
const store = folderStore(join(folder, "dumps"));
const rates = { bare: [] as number[], stored: [] as number[], checked: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  const key = `round-${round}.dump.zst`;
  rates.bare.push(bytes / 1e6 / (await timed(bare)));
  const cat = spawn("cat", [source], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(cat, "close").then(() => undefined);
  const stop = async () => void cat.kill();
  const storing = { store, key, output: cat.stdout, ended, stop, expectedBytes: bytes };
  let sealed = { sha256: "", bytes: 0 };
  rates.stored.push(
    bytes /
      1e6 /
      (await timed(async () => {
        sealed = await storeDump(storing);
      })),
  );
  rates.checked.push(sealed.bytes / 1e6 / (await timed(() => checkDump(store, { ...sealed, key }))));
  await store.remove(key);
}
clearInterval(looking);
rmSync(folder, { recursive: true });

const best = (figures: readonly number[]) => Math.max(...figures);
const shown = (figures: readonly number[]) => figures.map((figure) => figure.toFixed(0)).join(", ");
console.log(`cat | zstd -1:  ${shown(rates.bare)} MB/s`);
console.log(
  `stored:         ${shown(rates.stored)} MB/s, ${(best(rates.stored) / best(rates.bare)).toFixed(2)} of it`,
);
console.log(`checked:        ${shown(rates.checked)} MB/s`);
console.log(`memory:         ${(peak / 1e6).toFixed(0)} MB at most`);
