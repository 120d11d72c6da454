import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { RenamedDump } from "../../../../shared/databases/jdbc/mysql/renamed-dump.ts";

const TARGETS = { scalar: "scalar_1", "a`ü": "a`ü_1" };
const END = "-- Dump completed on 2026-11-29 21:34:30\n";

async function renamed(dump: string | Buffer, pieces: (length: number) => number): Promise<string> {
  const bytes = Buffer.from(dump);
  const chunks: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const length = Math.max(1, pieces(bytes.length - from));
    chunks.push(bytes.subarray(from, from + length));
    from += length;
  }
  return (await buffer(Readable.from(chunks).pipe(new RenamedDump(TARGETS)))).toString("utf8");
}

const DUMP = `-- Current Database: \`scalar\`
CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`scalar\` /*!40100 DEFAULT CHARACTER SET latin1 */;

USE \`scalar\`;
INSERT INTO \`t\` VALUES
(1,'line\\nUSE \`scalar\`;\\n'),
(2,'USE \`scalar\`;');
 USE \`scalar\`;
U
USER
DELIMITER ;;
/*!50003 CREATE TRIGGER x SET @a = '
USE \`scalar\`;
CREATE DATABASE \`scalar\`;
-- Dump completed'*/;;
DELIMITER ;
USE \`a\`\`ü\`;
CREATE TABLE x (i INT);
${END}`;

const EXPECTED = DUMP.replace(/^CREATE DATABASE \/.*\n/m, "")
  .replace("\nUSE `scalar`;\nINSERT", "\nUSE `scalar_1`;\nINSERT")
  .replace("\nUSE `a``ü`;", "\nUSE `a``ü_1`;");

test.each([
  ["whole", (left: number) => left],
  ["one byte at a time", () => 1],
  ["by sevens", () => 7],
  ["by hundreds", () => 100],
])("only the tool's own lines are changed, with the dump %s", async (_, pieces) => {
  expect(await renamed(DUMP, pieces)).toBe(EXPECTED);
});

test("every place that a dump can be cut at in two gives the same", async () => {
  for (let at = 1; at < Buffer.byteLength(DUMP); at++) {
    let first = true;
    const pieces = (left: number) => {
      const length = first ? at : left;
      first = false;
      return length;
    };
    expect(await renamed(DUMP, pieces)).toBe(EXPECTED);
  }
});

test("bytes that are no text pass as they are", async () => {
  const bytes = Buffer.concat([Buffer.from([0xff, 0, 0x0a, 0x55, 0x53, 0xfe, 0x0a]), Buffer.from(END)]);
  const chunks = Readable.from([bytes]).pipe(new RenamedDump(TARGETS));
  expect(await buffer(chunks)).toEqual(bytes);
});

test("a line longer than memory should hold passes in pieces", async () => {
  const line = Buffer.alloc(1024 * 1024, "x");
  let passed = 0;
  let largest = 0;
  const source = Readable.from(
    (function* () {
      for (let piece = 0; piece < 64; piece++) yield line;
      yield Buffer.from(`\n${END}`);
    })(),
  );
  for await (const chunk of source.pipe(new RenamedDump(TARGETS))) {
    passed += (chunk as Buffer).length;
    largest = Math.max(largest, (chunk as Buffer).length);
  }
  expect(passed).toBe(64 * line.length + 1 + END.length);
  expect(largest).toBeLessThanOrEqual(line.length);
});

test.each([
  ["a schema that is not of the dump", `USE \`mysql\`;\n${END}`, /names a schema that is not of it/],
  [
    "a schema's name that is not quoted to its end",
    `USE \`scalar;\n${END}`,
    /names a schema that is not of it/,
  ],
  ["a command without an end", `USE \`${"x".repeat(5000)}`, /a line "USE `xx.*" has no end|not of it/],
  ["no last line", "USE `scalar`;\nSELECT 1;\n", /it was cut off/],
  ["a last line within a trigger only", `DELIMITER ;;\n${END}`, /it was cut off/],
])("a dump with %s is refused", async (_, dump, says) => {
  await expect(renamedOrFailed(dump)).rejects.toMatchObject({
    code: "LOAD_FAILED",
    message: expect.stringMatching(says),
  });
});

async function renamedOrFailed(dump: string): Promise<void> {
  const stream = new RenamedDump(TARGETS);
  stream.end(Buffer.from(dump));
  for await (const chunk of stream) expect(chunk).toBeInstanceOf(Buffer);
}
