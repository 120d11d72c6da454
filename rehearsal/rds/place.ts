/** Where a server that is really there is asked. */
export interface Place {
  readonly host: string;
  readonly port: number;
}
