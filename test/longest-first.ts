import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Where nothing is known of a run before, the largest files come first. These are small, and take up to a minute each: at
 * the end they would have the other workers wait.
 */
const LONG = /(story|-store|contract)\.test\.ts$/;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
