import { bundleAll } from "./bundles.ts";
import { DIST } from "./dist.ts";

/** `npm run build`: the bundles alone. Packaging makes them by itself. */
for (const { name, startBytes, bytes } of await bundleAll(DIST))
  console.log(
    `${DIST}/${name}: ${(startBytes / 1e6).toFixed(2)} MB when it starts, ${(bytes / 1e6).toFixed(2)} MB in all`,
  );
