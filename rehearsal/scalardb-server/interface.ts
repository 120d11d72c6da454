import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { createFileRegistry, type DescService, fromBinary, type Registry } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { resolveJars } from "./jars.ts";
import { underLock } from "./resolve-lock.ts";

const run = promisify(execFile);
const BUF_LIMIT_MS = 60_000;

/**
 * ScalarDB Server's own interface, read out of its jars: Maven unpacks the `.proto`, buf makes descriptors of it,
 * once for each version of the jars. So nothing of it is copied into this repository.
 */
async function scalarDbInterface(): Promise<Registry> {
  const { dir } = await resolveJars("scalardb-server");
  const descriptors = join(dir, "scalardb.binpb");
  await underLock(join(dir, "lock"), BUF_LIMIT_MS, async () => {
    const built = await access(descriptors).then(
      () => true,
      () => false,
    );
    if (!built)
      await run(bufProgram(), ["build", join(dir, "proto"), "-o", descriptors], { timeout: BUF_LIMIT_MS });
  });
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(descriptors)));
}

export async function transactionService(): Promise<DescService> {
  const service = (await scalarDbInterface()).getService("rpc.DistributedTransaction");
  if (service === undefined) {
    throw new StillpointError(
      "REHEARSAL_FAILED",
      'The jars of ScalarDB Server hold no service "rpc.DistributedTransaction"',
    );
  }
  return service;
}

function bufProgram(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve("@bufbuild/buf/package.json")), "bin", "buf");
}
