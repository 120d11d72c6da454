/** What is opened by the first who needs it. */
export function once<T>(open: () => Promise<T>) {
  let opened: Promise<T> | undefined;
  return {
    get: (): Promise<T> => {
      opened ??= open();
      return opened;
    },
    ifOpened: (work: (it: T) => void): void => {
      opened?.then(work, () => undefined);
    },
  };
}
