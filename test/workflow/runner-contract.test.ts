import { describeRunner } from "./runner-contract.ts";
import { RUNNERS } from "./runners.ts";

for (const runner of RUNNERS)
  describeRunner(
    runner,
    RUNNERS.filter((other) => other !== runner),
  );
