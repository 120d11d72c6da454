import { messageOf } from "../../shared/errors/stillpoint-error.ts";

/** Why a file that was named cannot be used, in words where it is a matter of the name. */
export function fileFailure(error: unknown): string {
  switch ((error as { code?: unknown } | null)?.code) {
    case "EEXIST":
      return "it exists already; name another file";
    case "ENOENT":
      return "there is no such file or folder";
    case "EISDIR":
      return "it is a folder; name a file";
    default:
      return messageOf(error);
  }
}
