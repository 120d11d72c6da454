import { discover } from "../../../shared/admin/discovery.ts";
import { Releases } from "../../../shared/admin/kubernetes/releases.ts";
import type { Discovery } from "../../../shared/pause/instance.ts";
import { discoveryReasons } from "../../../shared/pause/verdict.ts";
import type { ReleaseWorld } from "./release-world.ts";

/** What a backup has of its two discoveries. */
export interface Looking {
  readonly before: Discovery;
  /** Everything that speaks against a window that began with `before`, a line each. */
  reasons(): Promise<string>;
  close(): void;
}

export async function lookAt(
  world: ReleaseWorld,
  change: Parameters<ReleaseWorld["component"]>[0] = {},
): Promise<Looking> {
  const releases = new Releases(() => []);
  const look = () => discover([world.component(change)], { releases });
  const before = await look();
  return {
    before,
    async reasons() {
      // As it comes out of a workflow's effect.
      const after: Discovery = JSON.parse(JSON.stringify(await look()));
      return discoveryReasons(before, after).join("\n");
    },
    close: () => releases.close(),
  };
}
