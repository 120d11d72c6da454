import { codeOfStorage } from "../../azure/storage-refusal.ts";

/** Ours, where a condition was looked at and did not hold. */
const CONDITION_FAILED = "ConditionFailed";
/** The service's: the entity is there, has another ETag, or is not there. */
const REFUSED = ["EntityAlreadyExists", "UpdateConditionNotSatisfied", "ConditionNotMet", "ResourceNotFound"];

export function conditionFailed(): Error {
  return Object.assign(new Error("a condition did not hold"), { name: CONDITION_FAILED });
}

export function isConditionFailed(error: unknown): boolean {
  return (error as Error).name === CONDITION_FAILED || REFUSED.includes(codeOfStorage(error));
}

/** The answer, or nothing where there is no such entity. */
export async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (codeOfStorage(error) === "ResourceNotFound") return undefined;
    throw error;
  }
}
