/** An error as a client of RDS sees it. It leaves this process only as XML. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
  }
}

export function refuse(code: string, message: string, status = 400): never {
  throw new Refusal(status, code, message);
}
