import { askSecond } from "../../azure/clock.ts";
import type { Followed } from "../../backup/followed.ts";
import type { ClockSample } from "../../pause/clock-bound.ts";
import type { CapturedCosmosdb } from "../../restore/cosmosdb/captured.ts";
import type { Way } from "../../restore/cosmosdb/plan.ts";
import { type Probe, probeClock } from "../clock-probe.ts";
import { endpointOf, readAccount } from "./account.ts";
import { captureContents, captureNamed } from "./capture.ts";
import { connect } from "./connect.ts";
import type { CosmosdbAddress, CosmosdbConnection } from "./connection.ts";
import { type Contents, type Naming, readContents } from "./contents.ts";
import { follow } from "./follow.ts";
import { type Worth, worth } from "./worth.ts";

/** How a Cosmos DB account of a deployment is reached, and how ScalarDB names its databases there. */
export interface CosmosdbSettings extends CosmosdbAddress, Naming {
  /** ScalarDL only. */
  readonly ledgerNamespace?: string;
  /** How a restored account is reached to verify it. */
  readonly verifyFrom?: Way;
}

/** One Cosmos DB account of a deployment, as the backup sees it. */
export interface CosmosdbDatabase {
  readonly kind: "cosmosdb";
  readonly settings: CosmosdbSettings;
  readonly connection: CosmosdbConnection;
  capture(): Promise<Worth & { readonly captured: CapturedCosmosdb }>;
  /**
   * Of the account that a backup was of, whatever the configuration names today. Undefined where there is none of that
   * name any more.
   */
  captureIfThere(name: string): Promise<CapturedCosmosdb | undefined>;
  /** Whether it is still the same, and worth a backup: quick, and without the settings. */
  identify(): Promise<Worth>;
  probeClock(now: () => number, probe: Probe): Promise<readonly ClockSample[]>;
  /** What became of the backup of a second: it reaches the service's own backups some minutes later. */
  follow(captured: unknown, passedMs: number): Promise<Followed>;
  close(): void;
}

export function openCosmosdb(settings: CosmosdbSettings): CosmosdbDatabase {
  const connection = connect(settings);
  const { account } = settings;
  let endpoint: string | undefined;
  const look = async (): Promise<Contents> => {
    const contents = await readContents(connection, account);
    endpoint = contents.account.documentEndpoint;
    return contents;
  };
  const ask = async () => {
    endpoint ??= await endpointOf(connection, account);
    return askSecond(endpoint);
  };
  return {
    kind: "cosmosdb",
    settings,
    connection,
    capture: async () => {
      const contents = await look();
      const captured = await captureContents(connection, settings, account, contents);
      return { ...worth(contents, settings), captured };
    },
    captureIfThere: async (name) =>
      (await readAccount(connection, name)) && (await captureNamed(connection, settings, name)),
    identify: async () => worth(await look(), settings),
    probeClock: async (now, probe) => {
      await ask();
      return probeClock({ now, askSecond: ask }, probe);
    },
    follow: (captured, passedMs) => follow(connection, captured, passedMs),
    close: () => connection.close(),
  };
}
