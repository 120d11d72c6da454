import { createHash, randomUUID } from "node:crypto";

/** What the service allows of parts. */
export interface S3Limits {
  readonly mostParts: number;
  readonly leastPartBytes: number;
}

export const AMAZON: S3Limits = { mostParts: 10_000, leastPartBytes: 5 * 2 ** 20 };

export interface StoredS3Object {
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export type S3Refusal = readonly [status: number, code: string, message: string];

interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly content: Buffer; readonly etag: string }>;
}

/** Uploads in parts: nothing of them is seen until they are put together. */
export class S3Uploads {
  readonly #open = new Map<string, Upload>();
  readonly #limits: S3Limits;

  constructor(limits: S3Limits) {
    this.#limits = limits;
  }

  get open(): readonly string[] {
    return [...this.#open.values()].map(({ key }) => key);
  }

  clear(): void {
    this.#open.clear();
  }

  create(key: string, headers: Readonly<Record<string, string>>): string {
    const id = randomUUID();
    this.#open.set(id, { key, headers, parts: new Map() });
    return id;
  }

  put(id: string, number: number, content: Buffer): string | S3Refusal {
    const upload = this.#open.get(id);
    if (upload === undefined) return NO_UPLOAD;
    if (!(number >= 1 && number <= this.#limits.mostParts))
      return [400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"];
    const etag = `"${md5(content)}"`;
    upload.parts.set(number, { content, etag });
    return etag;
  }

  abort(id: string): boolean {
    return this.#open.delete(id);
  }

  /** The object that the named parts make; the upload is over then. */
  complete(id: string, xml: string): StoredS3Object | S3Refusal {
    const upload = this.#open.get(id);
    if (upload === undefined) return NO_UPLOAD;
    const named = [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
      number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
      etag: /<ETag>(.*?)</.exec(part)?.[1]?.replaceAll("&quot;", '"'),
    }));
    if (named.length === 0) return [400, "MalformedXML", "The XML you provided was not well-formed"];
    const contents: Buffer[] = [];
    for (const [at, { number, etag }] of named.entries()) {
      const part = upload.parts.get(number);
      if (part === undefined || part.etag !== etag)
        return [400, "InvalidPart", "One or more of the specified parts could not be found"];
      if (number <= (named[at - 1]?.number ?? 0))
        return [400, "InvalidPartOrder", "The list of parts was not in ascending order"];
      if (at < named.length - 1 && part.content.length < this.#limits.leastPartBytes)
        return [400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"];
      contents.push(part.content);
    }
    this.#open.delete(id);
    const content = Buffer.concat(contents);
    return { content, headers: { ...upload.headers, etag: `"${md5(content)}-${named.length}"` } };
  }
}

const NO_UPLOAD: S3Refusal = [404, "NoSuchUpload", "The specified multipart upload does not exist."];

export function md5(content: Buffer): string {
  return createHash("md5").update(content).digest("hex");
}
