import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { summarize } from "../../../shared/verify/summary.ts";
import { VerifyOutput } from "../json/gates.ts";
import { aboutDeployment, deploymentOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { wrapped } from "../show/text.ts";

export interface VerifyOptions {
  readonly live?: boolean;
}

/** `stillpoint verify [DEPLOYMENT] --live` */
export async function verify(
  shell: Shell,
  name: string | undefined,
  { live = false }: VerifyOptions,
): Promise<Outcome> {
  if (!live)
    throw new StillpointError(
      "USAGE",
      "what to verify is not clear: --live reads the live tables; copies are verified by the restore that makes them; nothing was done",
    );
  const opened = openCatalog(shell);
  const settings = deploymentOf(opened.config, name);
  const { verifyLive } = await import("../../../shared/deployment/verify-live.ts");
  const report = await withOpen(shell, opened, settings, verifyLive);
  const disproofs = report.findings.filter(({ severity }) => severity === "disproof").length;
  const message = `the live tables of "${settings.name}" are damaged: ${report.findings[0]?.text}; they were only read`;
  return {
    schema: VerifyOutput,
    value: { deployment: settings.name, report },
    lines: [
      `live tables of ${settings.name}`,
      ...summarize(report).flatMap((line) => wrapped(line, "  ")),
      ...(disproofs === 0 ? ["  no damage was found"] : []),
    ],
    ...(disproofs > 0 && { failure: { code: "VERIFICATION_FAILED", message } }),
    about: aboutDeployment(opened.config, settings),
  };
}
