/**
 * Where the parts of verifications are kept between those that read segments and the one that judges, which may be
 * other processes on other hosts. A name is `RUN/PART`.
 */
export interface Parts {
  /** Keeps the file's content under this name, whole or not at all. */
  put(name: string, file: string): Promise<void>;
  /** Fills the file with what is kept under this name; false where nothing is, any more or yet. */
  get(name: string, file: string): Promise<boolean>;
  /** Removes all parts of the run. */
  remove(run: string): Promise<void>;
  close(): void;
}
