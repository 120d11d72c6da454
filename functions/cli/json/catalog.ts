import * as z from "zod";
import { output } from "./output.ts";
import { PauseJson, PointJson } from "./point.ts";
import { RunJson } from "./run.ts";

/** `stillpoint list`: oldest first; `invalid` with `--all` only. */
export const ListOutput = output({
  points: z.array(PointJson),
  invalid: z.array(PauseJson).exactOptional(),
  /** Records that could not be read. */
  unreadable: z.array(z.string()),
});

/** `stillpoint show`: exactly one of the three. */
export const ShowOutput = z.union([
  output({ point: PointJson }),
  output({ pause: PauseJson }),
  output({ run: RunJson }),
]);
