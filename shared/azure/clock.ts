import { request } from "node:https";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { dateSecond } from "../pause/date-second.ts";

/** Instances may be held meanwhile. */
const ANSWER_LIMIT_MS = 1_000;

/**
 * What the data plane's clock says, in whole seconds since 1970. Asked without any right: the refusal carries the
 * `Date` header too. Azure Resource Manager's would be the clock of other machines.
 */
export async function askSecond(endpoint: string): Promise<number> {
  return dateSecond(await askDate(endpoint), `of "${endpoint}"`);
}

function askDate(endpoint: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(endpoint, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }, (answer) => {
      answer.resume();
      resolve(answer.headers.date);
    });
    asking.on("error", (error) =>
      reject(
        new StillpointError(
          "DATABASE_UNREACHABLE",
          `cannot ask "${endpoint}" for the time: ${error.message}`,
          { cause: error },
        ),
      ),
    );
    asking.end();
  });
}
