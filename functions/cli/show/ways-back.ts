import type { DeploymentStatus } from "../../../shared/deployment/status.ts";
import type { WayBack, WayBackBy } from "../../../shared/restore/way-back.ts";
import { secondText } from "../../../shared/verify/time-text.ts";
import { typeable } from "../failure.ts";
import { fact, listed } from "./text.ts";
import { showSpan } from "./time.ts";

const NAMES: Readonly<Record<WayBackBy, string>> = {
  "last-point": "last point",
  "quiet-second": "quiet second",
  settling: "settling",
  "own-recovery": "own recovery",
};

interface WaysBackOf extends Pick<DeploymentStatus, "deployment" | "lastPoint"> {
  readonly config?: string | undefined;
}

const NAME_WIDTH = 12;

/** What a disaster now would cost a deployment, by each way back. */
export function wayBackLines(of: WaysBackOf, ways: readonly WayBack[]): readonly string[] {
  return [
    `a disaster in ${of.deployment} now would cost, by`,
    ...ways.flatMap((way) => fact(NAMES[way.by], costText(way, of), NAME_WIDTH)),
  ];
}

function costText(way: WayBack, of: WaysBackOf): string {
  switch (way.kind) {
    case "possible":
      return `about ${showSpan(way.costMs)}: what was written since ${secondText(way.backToSecond)}${perhapsText(way)}; ${howText(way.by, of)}`;
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

function perhapsText({ perhaps = [] }: Extract<WayBack, { kind: "possible" }>): string {
  if (perhaps.length === 0) return "";
  return `, but only perhaps, since records change in place: ${listed(perhaps)}`;
}

/** The command, as it can be typed. */
function howText(by: WayBackBy, { deployment, lastPoint, config }: WaysBackOf): string {
  const about = config === undefined ? {} : { config };
  switch (by) {
    case "last-point":
      return typeable(`stillpoint restore ${deployment} --point ${lastPoint?.id ?? "ID"}`, about);
    case "quiet-second":
      return typeable(`stillpoint restore ${deployment} --nearest latest`, about);
    case "settling":
      return typeable(`stillpoint restore ${deployment} --at latest --settle`, about);
    case "own-recovery":
      return "by the service's own point-in-time recovery";
    default:
      return by satisfies never;
  }
}

function unseenText(because: string | undefined): string {
  const unseen = "whether it can still be restored was not looked at";
  return because === undefined ? unseen : `${unseen}: ${because}`;
}
