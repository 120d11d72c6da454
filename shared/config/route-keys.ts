/** Routes of the restore on Azure, and the secrets of the Key Vault that hold their keys for those who may use them. */
export const ROUTE_KEY_SECRETS = {
  request: "request-key",
  resume: "resume-key",
  approval: "approval-key",
} as const;
