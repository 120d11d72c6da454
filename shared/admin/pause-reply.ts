import { Code } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../gen/google/rpc/error_info_pb.ts";
import type { Instance, PauseOutcome } from "../pause/instance.ts";
import type { Reply } from "./call.ts";
import { describeReply } from "./describe-reply.ts";

type Kind = PauseOutcome["kind"];
type Refused = Extract<Reply<unknown>, { readonly kind: "refused" }>;

/** Those whose reasons are known: ScalarDL since 3.14, ScalarDB Cluster since 3.19. */
const DOMAINS: readonly string[] = ["com.scalar.dl.admin", "com.scalar.db.cluster.admin"];

const KIND_OF_REASON: Readonly<Record<string, Kind>> = {
  TIMED_OUT: "drain-timed-out",
  TIMED_OUT_STILL_PAUSED: "held-by-another",
  GATE_OPEN: "opened-during-drain",
  PAUSE_IN_PROGRESS: "pause-in-progress",
};

/** What a Pause did to the gate, as far as its reply tells. */
export function pauseOutcome(instance: Instance, reply: Reply<unknown>): PauseOutcome {
  const { sentMs, answeredMs } = reply;
  const kind = kindOf(reply);
  if (kind === "paused") return { kind, instance, sentMs, answeredMs };
  return { kind, message: describeReply("Pause", instance, reply), instance, sentMs, answeredMs };
}

function kindOf(reply: Reply<unknown>): Kind {
  switch (reply.kind) {
    case "answered":
      return "paused";
    case "unsent":
      return "not-sent";
    case "lost":
      return "unknown";
    case "refused":
      return kindOfStatus(reply);
    default:
      return reply satisfies never;
  }
}

/** The reason counts, not the code: two outcomes that want opposite answers share one code. */
function kindOfStatus({ error }: Refused): Kind {
  const details = error.findDetails(ErrorInfoSchema).filter(({ domain }) => DOMAINS.includes(domain));
  const [detail] = details;
  return detail ? (KIND_OF_REASON[detail.reason] ?? "unknown") : kindOfCode(error.code);
}

/** For servers that give no reason, and for whatever stands before the gate; every doubt counts as paused by us. */
function kindOfCode(code: Code): Kind {
  switch (code) {
    case Code.FailedPrecondition:
      return "drain-timed-out";
    // Turned away before the gate was touched.
    case Code.InvalidArgument:
    case Code.Unimplemented:
    case Code.Unauthenticated:
    case Code.PermissionDenied:
      return "not-sent";
    case Code.Canceled:
    case Code.Unknown:
    case Code.DeadlineExceeded:
    case Code.NotFound:
    case Code.AlreadyExists:
    case Code.ResourceExhausted:
    case Code.Aborted:
    case Code.OutOfRange:
    case Code.Internal:
    case Code.Unavailable:
    case Code.DataLoss:
      return "unknown";
    default:
      return code satisfies never;
  }
}
