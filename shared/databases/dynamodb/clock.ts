import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { dateSecond } from "../../pause/date-second.ts";
import type { DynamodbConnection } from "./connection.ts";
import { attempt } from "./refusal.ts";

/**
 * What the service's clock says, in whole seconds since 1970: every answer carries it in its `Date` header.
 * The header belongs to the last attempt, while the caller's times span all attempts: the bound stays true.
 */
export async function askSecond({ dynamodbSoon }: DynamodbConnection, table: string): Promise<number> {
  const command = new DescribeTableCommand({ TableName: table });
  let date: string | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      date = (result.response as { headers?: Record<string, string> }).headers?.["date"];
      return result;
    },
    { step: "deserialize", name: "keepDate", override: true },
  );
  await attempt("ask for the time, describing table", table, () => dynamodbSoon.send(command));
  return dateSecond(date, `about table "${table}"`);
}
