import type { OpenSecret } from "./hmac-secret.ts";
import { bytesOf, integerOf, textOf } from "./row.ts";
import type { Row } from "./row-source.ts";
import { ATTACHED, type Scratch } from "./scratch.ts";
import { type ContractKey, publicKeyOf, type SigningKey } from "./signature.ts";

/** Why a signature cannot be checked. */
export type NoKey = "no-key" | "sealed" | "unreadable";

export type Lookup = { readonly kind: "key"; readonly key: SigningKey } | { readonly kind: NoKey };

/** Of two keys with one name, as two namespaces may have, the same one wins in whatever order they come. */
const LARGEST = "on conflict do update set value = max(value, excluded.value)";

/** Keys and contracts kept open; a ledger may have millions of entities. */
const OPEN_KEYS = 10_000;

export interface KeyRingOptions {
  readonly openSecret?: OpenSecret | undefined;
  /** Whether a contract that is not there is missing. */
  readonly expectsContracts?: boolean;
}

/** The certificates, secrets and contracts of the copy, looked up by who signed. */
export class KeyRing {
  readonly #scratch: Scratch;
  readonly #openSecret: OpenSecret | undefined;
  readonly #keys = new Map<string, Lookup>();
  readonly #contracts = new Map<string, boolean>();
  readonly #add: ReturnType<Scratch["writer"]>;
  readonly #find: ReturnType<Scratch["finder"]>;
  readonly #addContract: ReturnType<Scratch["writer"]>;
  readonly #findContract: ReturnType<Scratch["finder"]>;
  readonly #expectsContracts: boolean;

  constructor(scratch: Scratch, { openSecret, expectsContracts = false }: KeyRingOptions = {}) {
    this.#scratch = scratch;
    this.#openSecret = openSecret;
    this.#expectsContracts = expectsContracts;
    scratch.exec(`create table ring (entity text, version int, kind text, value, primary key (entity, version, kind)) without rowid;
      create table contract (entity text, version int, id text, primary key (entity, version, id)) without rowid`);
    this.#add = scratch.writer(`insert into ring values (?, ?, ?, ?) ${LARGEST}`);
    this.#find = scratch.finder("select value from ring where entity = ? and version = ? and kind = ?");
    this.#addContract = scratch.writer("insert or ignore into contract values (?, ?, ?)");
    this.#findContract = scratch.finder("select 1 from contract where entity = ? and version = ? and id = ?");
  }

  addCertificate(row: Row): void {
    const entity = textOf(row, "holder_id");
    if (entity !== undefined)
      this.#add(entity, integerOf(row, "version") ?? 0, "certificate", textOf(row, "pem") ?? "");
  }

  addSecret(row: Row): void {
    const entity = textOf(row, "entity_id");
    const stored = bytesOf(row, "secret_key");
    if (entity !== undefined && stored !== undefined)
      this.#add(entity, integerOf(row, "key_version") ?? 0, "secret", stored);
  }

  addContract(row: Row): void {
    this.#addContract(
      textOf(row, "cert_holder_id") ?? "",
      integerOf(row, "cert_version") ?? 0,
      textOf(row, "id") ?? "",
    );
  }

  /** Takes over what the attached ring holds. */
  merge(): void {
    this.#scratch.exec(`insert into ring select * from ${ATTACHED}.ring where true ${LARGEST};
      insert or ignore into contract select * from ${ATTACHED}.contract`);
  }

  hasContract({ entity, keyVersion, contract }: ContractKey): boolean {
    if (!this.#expectsContracts) return true;
    return remembered(
      this.#contracts,
      `${entity}/${keyVersion}/${contract}`,
      () => this.#findContract(entity, keyVersion, contract) !== undefined,
    );
  }

  keyOf({ entity, keyVersion }: ContractKey): Lookup {
    return remembered(this.#keys, `${entity}/${keyVersion}`, () => this.#open(entity, keyVersion));
  }

  #open(entity: string, keyVersion: number): Lookup {
    const pem = this.#find(entity, keyVersion, "certificate")?.[0];
    if (typeof pem === "string") {
      const key = publicKeyOf(pem);
      return key === undefined ? { kind: "unreadable" } : { kind: "key", key: { kind: "ecdsa", key } };
    }
    const stored = this.#find(entity, keyVersion, "secret")?.[0];
    if (!(stored instanceof Uint8Array)) return { kind: "no-key" };
    const secret = this.#openSecret?.(stored, entity, keyVersion);
    return secret === undefined ? { kind: "sealed" } : { kind: "key", key: { kind: "hmac", secret } };
  }
}

/** Forgets the oldest when full. */
function remembered<T>(cache: Map<string, T>, name: string, find: () => T): T {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const found = find();
  const [oldest] = cache.keys();
  if (cache.size >= OPEN_KEYS && oldest !== undefined) cache.delete(oldest);
  cache.set(name, found);
  return found;
}
