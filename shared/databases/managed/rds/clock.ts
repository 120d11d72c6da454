import { dateSecond } from "../../../pause/date-second.ts";
import type { RdsConnection } from "./connection.ts";
import { attempt } from "./refusal.ts";

/**
 * What the service's clock says, in whole seconds since 1970: every answer carries it in its `Date` header. It is asked
 * for as little as there is.
 */
export async function askSecond(connection: RdsConnection): Promise<number> {
  const { DescribeAccountAttributesCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rdsSoon();
  const command = new DescribeAccountAttributesCommand({});
  let date: string | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      date = (result.response as { headers?: Record<string, string> }).headers?.["date"];
      return result;
    },
    { step: "deserialize", name: "keepDate", override: true },
  );
  const { region } = connection.address;
  await attempt("ask for the time in region", region, () => client.send(command));
  return dateSecond(date, `of RDS in region "${region}"`);
}
