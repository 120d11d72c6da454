/** What is used of dynalite, which brings no types of its own. */
declare module "dynalite" {
  import type { Server } from "node:http";

  interface DynaliteOptions {
    readonly createTableMs: number;
    readonly updateTableMs: number;
    readonly deleteTableMs: number;
  }
  function dynalite(options: DynaliteOptions): Server;
  export = dynalite;
}

declare module "dynalite/db/index.js" {
  const db: {
    /** An error where the condition does not hold. */
    checkConditional(data: object, existing: object | undefined): Error | null | undefined;
  };
  export = db;
}

declare module "dynalite/validations/index.js" {
  const validations: {
    /** Both throw an Error with `statusCode` and `body`. */
    checkTypes(data: object, types: object): object;
    checkValidations(data: object, types: object, custom: unknown, store: object): void;
  };
  export = validations;
}

declare module "dynalite/validations/putItem.js" {
  const operation: { readonly types: object; readonly custom: unknown };
  export = operation;
}

declare module "dynalite/validations/updateItem.js" {
  const operation: { readonly types: object; readonly custom: unknown };
  export = operation;
}

declare module "dynalite/validations/deleteItem.js" {
  const operation: { readonly types: object; readonly custom: unknown };
  export = operation;
}
