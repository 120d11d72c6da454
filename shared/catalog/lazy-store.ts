import type { Store } from "./store.ts";

/** A store that is made when it is first asked for something. One that could not be made is tried again. */
export function lazyStore(make: () => Promise<Store>): Store {
  let made: Promise<Store> | undefined;
  const store = () => {
    made ??= make();
    made.catch(() => {
      made = undefined;
    });
    return made;
  };
  return {
    read: async (...asked) => (await store()).read(...asked),
    list: async (...asked) => (await store()).list(...asked),
    listOpen: async (...asked) => (await store()).listOpen(...asked),
    write: async (...asked) => (await store()).write(...asked),
    append: async (...asked) => (await store()).append(...asked),
    journal: async (...asked) => (await store()).journal(...asked),
  };
}
