/** Rejects when a signal fires: a stream that stands still ends for nobody, however often it is destroyed. */
export function rejectedBy(signal: AbortSignal): Promise<never> {
  const halted = new Promise<never>((_, reject) => {
    const halt = () => reject(signal.reason);
    if (signal.aborted) halt();
    else signal.addEventListener("abort", halt, { once: true });
  });
  halted.catch(() => undefined);
  return halted;
}
