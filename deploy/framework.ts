/** As much of the Serverless Framework as the plugin takes. */
export interface Framework {
  /** serverless.yml, as far as its variables are resolved. */
  readonly configurationInput: unknown;
  /** What overrules serverless.yml. */
  readonly config: { region?: string };
  readonly processedInput: { readonly isHelpRequest: boolean };
  readonly classes: {
    /** An error that is the user's to mend, which is shown without a stack. */
    readonly Error: new (
      message: string,
      code: string,
    ) => Error;
  };
}

export interface FrameworkOptions {
  readonly param?: readonly string[];
  readonly region?: string;
}

/** How a plugin tells something. */
export interface Writers {
  readonly log: { readonly warning: (text: string) => void };
}
