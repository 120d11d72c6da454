import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ArtifactStore } from "../../shared/artifacts/store.ts";

const KEY = "payments/backup-20261129T120000Z-0a1b2c3d/main.dump.zst";

export function digest(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Pieces of odd sizes, as pipes give them. */
export function streamOf(content: Buffer, pieceBytes = 60_007): Readable {
  const pieces = Array.from({ length: Math.ceil(content.length / pieceBytes) }, (_, at) =>
    content.subarray(at * pieceBytes, (at + 1) * pieceBytes),
  );
  return Readable.from(pieces, { objectMode: false });
}

/** What every store of dumps must do. `open` opens the same store, empty at the first time, whenever it is called. */
export function describeStore(
  name: string,
  world: {
    open(): Promise<ArtifactStore>;
    /** Everything that is in it, and what uploads have left. */
    contents(): Promise<readonly string[]>;
    clear(): Promise<void>;
    /** Larger than several parts. */
    readonly largeBytes: number;
  },
): void {
  describe(name, () => {
    let store: ArtifactStore;
    const put = (key: string, content: Buffer, expectedBytes = content.length) =>
      store.put(key, streamOf(content), { expectedBytes });
    const read = async (key: string) => buffer(await store.get(key));

    beforeEach(async () => {
      await world.clear();
      store = await world.open();
    });

    afterEach(() => store.close());

    test("a dump comes back as it was put, to whoever opens the store", async () => {
      const content = randomBytes(world.largeBytes);
      expect(await put(KEY, content)).toEqual({ bytes: content.length });
      const other = await world.open();
      expect(await other.head(KEY)).toEqual({ bytes: content.length });
      expect(digest(await buffer(await other.get(KEY)))).toBe(digest(content));
      other.close();
      expect(await world.contents()).toHaveLength(1);
    });

    test.each([0, 1, 65_536])("a dump of %i bytes is one, too", async (bytes) => {
      const content = randomBytes(bytes);
      await put(KEY, content);
      expect(await store.head(KEY)).toEqual({ bytes });
      expect((await read(KEY)).equals(content)).toBe(true);
    });

    test("a dump that is far larger than was expected is stored all the same", async () => {
      const content = randomBytes(world.largeBytes);
      await put(KEY, content, 1);
      expect(digest(await read(KEY))).toBe(digest(content));
    });

    test("nothing is ever stored over what is there", async () => {
      const first = randomBytes(10_000);
      await put(KEY, first);
      await expect(put(KEY, randomBytes(20_000))).rejects.toMatchObject({
        code: "DUMP_FAILED",
        message: expect.stringContaining("already; it was left as it is"),
      });
      expect((await read(KEY)).equals(first)).toBe(true);
      expect(await world.contents()).toHaveLength(1);
    });

    test("of two that store under one key at the same time exactly one has stored", async () => {
      const contents = [randomBytes(world.largeBytes), randomBytes(world.largeBytes)];
      const gates = contents.map((content) => {
        const body = new PassThrough();
        body.write(content);
        return { body, stored: store.put(KEY, body, { expectedBytes: content.length }) };
      });
      for (const { body } of gates) body.end();
      const outcomes = await Promise.allSettled(gates.map(({ stored }) => stored));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
      expect(digest(await read(KEY))).toBe(digest(contents[winner] ?? Buffer.alloc(0)));
      expect(await world.contents()).toHaveLength(1);
    });

    test("a stream that fails leaves nothing, and its own words are told", async () => {
      const body = new PassThrough();
      const stored = store.put(KEY, body, { expectedBytes: world.largeBytes });
      body.write(randomBytes(world.largeBytes));
      setImmediate(() => body.destroy(new Error("the tool went away")));
      await expect(stored).rejects.toMatchObject({
        code: "DUMP_FAILED",
        message: expect.stringContaining("the tool went away"),
      });
      expect(await store.head(KEY)).toBeUndefined();
      expect(await world.contents()).toEqual([]);
    });

    test("a stream that had failed before it was given leaves nothing either", async () => {
      const body = new PassThrough();
      body.on("error", () => undefined);
      const closed = new Promise((resolve) => body.once("close", resolve));
      body.destroy(new Error("never began"));
      await closed;
      await expect(store.put(KEY, body, { expectedBytes: 1 })).rejects.toMatchObject({ code: "DUMP_FAILED" });
      expect(await world.contents()).toEqual([]);
    });

    test("who is told to stop stops, even where the stream stands still, and leaves nothing", async () => {
      const stop = new AbortController();
      async function* stuck() {
        yield randomBytes(world.largeBytes);
        setImmediate(() => stop.abort(new Error("told to stop")));
        await new Promise(() => undefined);
      }
      const body = Readable.from(stuck(), { objectMode: false });
      const stored = store.put(KEY, body, { expectedBytes: 1, signal: stop.signal });
      await expect(stored).rejects.toMatchObject({ code: "DUMP_FAILED" });
      expect(await store.head(KEY)).toBeUndefined();
      expect(await world.contents()).toEqual([]);
    });

    test("what was told to stop beforehand does not begin", async () => {
      const signal = AbortSignal.abort(new Error("too late"));
      const stored = store.put(KEY, streamOf(randomBytes(1_000)), { expectedBytes: 1, signal });
      await expect(stored).rejects.toMatchObject({ code: "DUMP_FAILED" });
      expect(await world.contents()).toEqual([]);
    });

    test("a dump that is not there is damaged to who reads it, and absent to who looks", async () => {
      expect(await store.head(KEY)).toBeUndefined();
      await expect(store.get(KEY)).rejects.toMatchObject({
        code: "DUMP_DAMAGED",
        message: expect.stringContaining(KEY),
      });
    });

    test("who no longer wants to read is let go", async () => {
      await put(KEY, randomBytes(world.largeBytes));
      const body = await store.get(KEY);
      await once(body, "readable");
      body.destroy();
      const stop = new AbortController();
      const stopped = await store.get(KEY, stop.signal);
      stop.abort();
      await expect(buffer(stopped)).rejects.toThrow();
    });

    test("a removed dump is gone, and removing it again is no failure", async () => {
      await put(KEY, randomBytes(100));
      await store.remove(KEY);
      await store.remove(KEY);
      await store.remove("never/was.dump.zst");
      expect(await store.head(KEY)).toBeUndefined();
      expect(await world.contents()).toEqual([]);
    });

    test("a text is read as it was last written, and absent where there is none", async () => {
      expect(await store.getText("payments/a.manifest.json")).toBeUndefined();
      await store.putText("payments/a.manifest.json", "older");
      await store.putText("payments/a.manifest.json", "newer: \u65e5\u672c");
      expect(await store.getText("payments/a.manifest.json")).toBe("newer: \u65e5\u672c");
      expect(await world.contents()).toHaveLength(1);
    });

    test("looking for problems leaves nothing behind", async () => {
      expect(await store.problems()).toEqual([]);
      expect(await world.contents()).toEqual([]);
    });

    test.each(["", "..", "../x", "a/../../x", "/x", "a//b", "a/", ".hidden", "a\0b"])(
      'nothing is touched for a key such as "%s"',
      async (key) => {
        await store.putText("kept", "here");
        const refused = { message: expect.stringContaining("cannot be the key of a dump") };
        await expect(put(key, Buffer.alloc(1))).rejects.toMatchObject(refused);
        await expect((async () => store.get(key))()).rejects.toMatchObject(refused);
        await expect((async () => store.remove(key))()).rejects.toMatchObject(refused);
        expect(await world.contents()).toHaveLength(1);
      },
    );
  });
}
