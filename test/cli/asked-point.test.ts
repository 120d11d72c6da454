import { expect, test } from "vitest";
import { askedPoint } from "../../functions/cli/asked-point.ts";

const NOW = Date.parse("2026-11-21T20:00:00Z");
const SIX = "2026-11-21T18:00Z";
const SIX_SECOND = Date.parse(SIX) / 1000;

test.each([
  [SIX, "2026-11-21T18:00:00.000Z"],
  ["2026-11-21T18:00:07Z", "2026-11-21T18:00:07.000Z"],
  ["2026-11-22T03:00+09:00", "2026-11-21T18:00:00.000Z"],
  ["2026-11-21T20:00:00Z", "2026-11-21T20:00:00.000Z"],
])("%s is the time %s", (at, time) => {
  const atMs = Date.parse(time);
  expect(askedPoint({ at }, NOW)).toEqual({ kind: "at", atMs });
  expect(askedPoint({ at, settle: true }, NOW)).toEqual({ kind: "settle", at: atMs / 1000 });
  expect(askedPoint({ nearest: at }, NOW)).toMatchObject({ kind: "nearest", nearest: atMs / 1000 });
});

test.each([
  "2026-11-21T18:00",
  "2026-11-21 18:00 UTC",
  "2026-11-21",
  "2026-02-30T00:00Z",
  "2026-11-21T25:00Z",
  "2026-13-01T00:00Z",
  "2026-11-21T18:00:00.5Z",
  "now",
  "",
])('the time "%s" is refused, since people would read it differently', (text) => {
  for (const asked of [{ at: text }, { at: text, settle: true }, { nearest: text }])
    expect(() => askedPoint(asked, NOW)).toThrow(/must be a date and a time with Z or an offset/);
});

test("a time in the future is refused", () => {
  const at = "2026-11-21T20:00:01Z";
  expect(() => askedPoint({ at }, NOW)).toThrow(/--at ".*" lies in the future/);
  expect(() => askedPoint({ nearest: at, after: true }, NOW)).toThrow(/--nearest ".*" lies in the future/);
});

test("a second is asked for by a point, by a time to settle, or by a time to be near to", () => {
  expect(askedPoint({ point: "p" }, NOW)).toEqual({ kind: "id", id: "p" });
  expect(askedPoint({ at: "latest", settle: true }, NOW)).toEqual({ kind: "settle", at: "latest" });
  expect(askedPoint({ nearest: "latest" }, NOW)).toEqual({
    kind: "nearest",
    nearest: "latest",
    direction: "before",
  });
  expect(askedPoint({ nearest: SIX, after: true }, NOW)).toEqual({
    kind: "nearest",
    nearest: SIX_SECOND,
    direction: "after",
  });
});

const ONE_OF = "exactly one of --point ID, --at TIME and --nearest TIME is needed";

test.each([
  [{}, [ONE_OF]],
  [{ point: "p", at: SIX }, [ONE_OF]],
  [{ point: "p", nearest: SIX }, [ONE_OF]],
  [{ point: "p", settle: true }, ["--settle goes with --at TIME only"]],
  [{ nearest: SIX, settle: true }, ["--settle goes with --at TIME only"]],
  [{ at: "latest" }, ['--at TIME takes "latest" with --settle only']],
  [{ at: SIX, after: true }, ["--after goes with --nearest TIME only"]],
  [{ nearest: "latest", after: true }, ['--after makes no sense with "latest"']],
  [{ nearest: SIX, acceptObserved: true }, ["--accept-observed", "--nearest TIME rests on none"]],
  [{ at: SIX, settle: true, acceptObserved: true }, ["--accept-observed", "--settle rests on none"]],
  [
    {
      point: "p",
      at: "yesterday",
      nearest: "2030-01-01T00:00Z",
      settle: true,
      after: true,
      acceptObserved: true,
    },
    [
      ONE_OF,
      'cannot read --at "yesterday"',
      '--nearest "2030-01-01T00:00Z" lies in the future',
      "--settle rests on none",
    ],
  ],
])("%j makes no sense, and all of why is said at once", (asked, saying) => {
  const refused = () => askedPoint(asked, NOW);
  for (const said of [...saying, "nothing was done"]) expect(refused).toThrow(said);
});
