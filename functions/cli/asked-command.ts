import { StillpointError } from "../../shared/errors/stillpoint-error.ts";

/** Well below what one word of a command line may be anywhere, and kept with every point. */
const LONGEST_BYTES = 16 * 1024;

/** What can be seen to be wrong with a command while nobody is paused. */
export function checkCommand(command: string | undefined, platform = process.platform): void {
  if (command === undefined) return;
  const bytes = Buffer.byteLength(command);
  if (command.trim() === "") throw refused("is blank: it must be a command that takes the backup");
  if (bytes > LONGEST_BYTES)
    throw refused(
      `must be at most ${LONGEST_BYTES} bytes (it has ${bytes}): write it into a file, and run that`,
    );
  if (platform === "win32")
    throw refused("is run by /bin/sh, which Windows does not have: take the backup from another host");
}

function refused(why: string): StillpointError {
  return new StillpointError("USAGE", `--run ${why}; nothing was done`);
}
