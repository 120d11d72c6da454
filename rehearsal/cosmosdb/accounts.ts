import { begin, enqueued } from "../azure/long-running.ts";
import { type Answer, asWire, ok, type Wire, without } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { type Account, accountId, checkUnlocked } from "./account.ts";
import { checkChange, mergeBackup } from "./account-changes.ts";
import {
  answerAccount,
  DEFAULT_PROPERTIES,
  describeAccount,
  followLocations,
  isContinuous,
} from "./account-resource.ts";
import { restoreAccount } from "./account-restore.ts";
import { findAccount, requireAccount, requireOnline } from "./find-account.ts";
import { addAccount } from "./new-account.ts";
import { refuse } from "./refusal.ts";
import type { Routes, World } from "./world.ts";

const NAME = /^[a-z0-9-]{3,44}$/;

function list(world: World, { params }: ManagedCall): Answer {
  const { group } = params;
  const value = world.accounts
    .filter(({ deletedAtMs }) => deletedAtMs === undefined)
    .filter(({ resourceGroup }) => group === undefined || resourceGroup === group)
    .map((account) => describeAccount(world, account));
  return ok({ value });
}

function get(world: World, { params }: ManagedCall): Answer {
  return answerAccount(world, requireAccount(world, params));
}

/** A PUT creates, restores, or replaces what can be set of the account that is there. */
function put(world: World, call: ManagedCall): Answer | Promise<Answer> {
  const { params, wire } = call;
  const known = findAccount(world, String(params["account"]));
  const properties = asWire(wire["properties"]);
  if (known && known.resourceGroup === params["group"]) {
    checkUnlocked(known);
    if (properties["createMode"] !== "Restore")
      return change(world, call, known, { ...DEFAULT_PROPERTIES, ...properties });
  }
  checkName(world, String(params["account"]));
  return properties["createMode"] === "Restore" ? restoreAccount(world, call) : create(world, call);
}

function checkName(world: World, name: string): void {
  if (!NAME.test(name))
    refuse(400, "BadRequest", `Database account name '${name}' is invalid: 3 to 44 of a-z, 0-9 and '-'`);
  if (findAccount(world, name) ?? world.faults.takenNames.has(name))
    refuse(
      400,
      "BadRequest",
      `Dns record for ${name} under zone Document is already taken. Please use a different name for the account.`,
    );
}

async function create(world: World, call: ManagedCall): Promise<Answer> {
  const { wire } = call;
  const properties = { ...DEFAULT_PROPERTIES, ...asWire(wire["properties"]) };
  const account = await addAccount(world, call, properties);
  return begin(world, call, {
    ms: world.pace.createAccountMs,
    accepted: () => answerAccount(world, account),
    work: () => {
      account.phase = "Succeeded";
      return describeAccount(world, account);
    },
  });
}

function patch(world: World, call: ManagedCall): Answer {
  const account = requireOnline(world, call.params);
  const given = asWire(call.wire["properties"]);
  return change(world, call, account, { ...account.properties, ...mergeBackup(account, given) });
}

/** What was asked for is seen when the operation has ended, and not before. */
function change(world: World, call: ManagedCall, account: Account, properties: Wire): Answer {
  checkUnlocked(account);
  checkChange(account, call, properties);
  const { wire } = call;
  account.phase = "Updating";
  return begin(world, call, {
    ms: world.pace.updateAccountMs,
    accepted: () => answerAccount(world, account),
    work: () => {
      const nowMs = world.clock.now();
      account.phase = "Succeeded";
      account.properties = without(properties, "createMode");
      if (wire["tags"] !== undefined) account.tags = asWire(wire["tags"]);
      if (wire["identity"] !== undefined) account.identity = asWire(wire["identity"]);
      if (isContinuous(properties)) account.continuousSinceMs ??= nowMs;
      followLocations(account, properties, nowMs);
      return describeAccount(world, account);
    },
  });
}

function remove(world: World, call: ManagedCall): Answer {
  const account = requireAccount(world, call.params);
  checkUnlocked(account);
  account.phase = "Deleting";
  return begin(world, call, {
    ms: world.pace.deleteAccountMs,
    accepted: enqueued,
    work: async () => {
      account.deletedAtMs = world.clock.now();
      for (const region of account.regions) region.deletedAtMs ??= account.deletedAtMs;
      const own = accountId(world, account).toLowerCase();
      for (const id of world.extensions.keys()) if (id.startsWith(`${own}/`)) world.extensions.delete(id);
      await account.endpoint?.close();
      account.endpoint = undefined;
      return undefined;
    },
  });
}

function listKeys(world: World, { params }: ManagedCall): Answer {
  return ok(requireOnline(world, params).keys);
}

function listReadOnlyKeys(world: World, { params }: ManagedCall): Answer {
  const { primaryReadonlyMasterKey, secondaryReadonlyMasterKey } = requireOnline(world, params).keys;
  return ok({ primaryReadonlyMasterKey, secondaryReadonlyMasterKey });
}

/** Whether a name is free, as HTTP status alone. */
function nameExists(world: World, { params }: ManagedCall): Answer {
  const name = String(params["account"]);
  return { status: findAccount(world, name) || world.faults.takenNames.has(name) ? 200 : 404 };
}

export const ACCOUNTS: Routes = {
  "GET databaseAccounts": list,
  "GET databaseAccounts/:account": get,
  "PUT databaseAccounts/:account": put,
  "PATCH databaseAccounts/:account": patch,
  "DELETE databaseAccounts/:account": remove,
  "POST databaseAccounts/:account/listKeys": listKeys,
  "POST databaseAccounts/:account/readonlykeys": listReadOnlyKeys,
  "GET databaseAccounts/:account/readonlykeys": listReadOnlyKeys,
  "HEAD databaseAccountNames/:account": nameExists,
};
