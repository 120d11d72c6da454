/** EventBridge Scheduler's limit. */
export const LONGEST_SCHEDULE_NAME = 64;

export function scheduleName(deployment: string): string {
  return `backup-${deployment}`;
}
