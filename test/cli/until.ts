const PATIENCE_MS = 30_000;
const LOOK_MS = 5;

/** Waits until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>, about: object = {}): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not so within ${PATIENCE_MS} ms: ${JSON.stringify(about)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
