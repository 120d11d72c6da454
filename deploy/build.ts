import { bundleAll } from "./bundles.ts";
import { DIST } from "./dist.ts";

/** `npm run build`: the bundles alone. Packaging makes them by itself. */
for (const { name, bytes, withKubernetesBytes } of await bundleAll(DIST))
  console.log(
    `${DIST}/${name}: ${(bytes / 1e6).toFixed(2)} MB, ${(withKubernetesBytes / 1e6).toFixed(2)} MB with the Kubernetes client`,
  );
