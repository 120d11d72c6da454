import { refuse, textOf, xml } from "./answers.ts";
import type { Call } from "./call.ts";
import { pageOf } from "./objects.ts";

export function ofBucket(call: Call, question: string | undefined) {
  const { request, response } = call;
  if (question !== undefined) return tellSetting(call, question);
  switch (request.method) {
    case "HEAD":
      response.writeHead(200).end();
      return;
    case "POST":
      return deleteObjects(call);
    default:
      return listObjects(call);
  }
}

function tellSetting({ response, settings }: Call, question: string) {
  const told = settings.get(question) ?? "";
  if (typeof told === "string") xml(response, 200, told);
  else refuse(response, told);
}

function listObjects({ response, objects, name, query, pageKeys }: Call) {
  const prefix = query.get("prefix") ?? "";
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const most = Math.min(Number(query.get("max-keys") ?? pageKeys), pageKeys);
  const { keys, isLast } = pageOf(objects, { prefix, after, most });
  const next = isLast ? {} : { NextContinuationToken: keys.at(-1) ?? "" };
  const Contents = keys.map((Key) => ({ Key, Size: objects.bytesOf(Key) }));
  xml(response, 200, {
    ListBucketResult: { Name: name, Prefix: prefix, IsTruncated: !isLast, ...next, Contents },
  });
}

function deleteObjects({ response, objects, body }: Call) {
  for (const [, key = ""] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(textOf(key));
  xml(response, 200, { DeleteResult: {} });
}
