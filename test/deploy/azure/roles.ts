/** Roles of Azure that the templates assign, by their ids as Microsoft lists them. */
const BUILT_IN_ROLES: Readonly<Record<string, string>> = {
  "d5a91429-5739-47e2-a06b-3470a27159e7": "EventGrid Data Sender",
  "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
  "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
  "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
  "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
  "7f951dda-4ed3-4680-a7ca-43fe172d538d": "AcrPull",
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
  "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
  "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
};

/** What the role with this ARM id is called. */
export function builtInRole(id: string): string | undefined {
  return BUILT_IN_ROLES[id.split("/").at(-1) ?? ""];
}
