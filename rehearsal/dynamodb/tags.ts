import { refuse } from "./refusal.ts";
import { changeable } from "./table-changes.ts";
import type { Operations, World } from "./world.ts";

const TAGS_MAX = 50;

interface TagInput {
  readonly ResourceArn?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

function tagResource(world: World, { ResourceArn, Tags = [] }: TagInput): object {
  const { tags } = changeable(world, ResourceArn).settings;
  if (new Set([...tags.keys(), ...Tags.map(({ Key }) => Key)]).size > TAGS_MAX)
    refuse("LimitExceededException", `A resource has at most ${TAGS_MAX} tags`);
  for (const { Key, Value } of Tags) tags.set(Key, Value);
  return {};
}

function untagResource(
  world: World,
  input: { readonly ResourceArn?: string; readonly TagKeys?: readonly string[] },
): object {
  const { tags } = changeable(world, input.ResourceArn).settings;
  for (const key of input.TagKeys ?? []) tags.delete(key);
  return {};
}

/** In pages of ten, as the service has them, so that a reader that forgets the next page is found out. */
const PAGE = 10;

function listTags(
  world: World,
  input: { readonly ResourceArn?: string; readonly NextToken?: string },
): object {
  const { tags } = changeable(world, input.ResourceArn).settings;
  const from = Number(input.NextToken ?? 0);
  const page = [...tags].slice(from, from + PAGE).map(([Key, Value]) => ({ Key, Value }));
  return { Tags: page, ...(tags.size > from + PAGE && { NextToken: String(from + PAGE) }) };
}

export const TAGS: Operations = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsOfResource: listTags,
};
