import type { WayBack, WayBackBy } from "../../../shared/restore/way-back.ts";
import { secondText } from "../../../shared/verify/time-text.ts";
import { fact } from "./text.ts";
import { showSpan } from "./time.ts";

const NAMES: Readonly<Record<WayBackBy, string>> = {
  "last-point": "last point",
  "quiet-second": "quiet second",
  settling: "settling",
  "own-recovery": "own recovery",
};

const HOW: Readonly<Record<WayBackBy, string>> = {
  "last-point": "stillpoint restore",
  "quiet-second": "stillpoint restore --nearest latest",
  settling: "stillpoint restore --at latest --settle",
  "own-recovery": "by the service's own point-in-time recovery",
};

const NAME_WIDTH = 12;

/** What a disaster now would cost a deployment, by each way back. */
export function wayBackLines(deployment: string, ways: readonly WayBack[]): readonly string[] {
  return [
    `a disaster in ${deployment} now would cost, by`,
    ...ways.flatMap((way) => fact(NAMES[way.by], costText(way), NAME_WIDTH)),
  ];
}

function costText(way: WayBack): string {
  switch (way.kind) {
    case "possible":
      return `about ${showSpan(way.costMs)}: what was written since ${secondText(way.backToSecond)}; ${HOW[way.by]}`;
    case "recorded":
      return `about ${showSpan(way.costMs)}: what was written since ${secondText(way.backToSecond)}, by the catalog; ${unseenText(way.because)}`;
    case "impossible":
      return `cannot be used: ${way.because.join("; ")}`;
    case "unknown":
      return `not known: ${way.because}`;
    default:
      return way satisfies never;
  }
}

function unseenText(because: string | undefined): string {
  const unseen = "whether it can still be restored was not looked at";
  return because === undefined ? unseen : `${unseen}: ${because}`;
}
