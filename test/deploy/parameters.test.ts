import { expect, test } from "vitest";
import { parametersFrom } from "../../deploy/parameters.ts";

const KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const MULTI_REGION_KEY = "arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab";

test("parameters are taken by their names, keys as a list", () => {
  expect(parametersFrom([])).toEqual({});
  expect(parametersFrom(["config=a=b.yml", `keys=${KEY},${MULTI_REGION_KEY}`])).toEqual({
    config: "a=b.yml",
    keys: [KEY, MULTI_REGION_KEY],
  });
});

test("a misspelt parameter is refused with those that there are", () => {
  expect(() => parametersFrom(["confg=test.yml"])).toThrow(
    'cannot take the parameter "confg=test.yml": there is none of that name; did you mean "config"? there are "config", "keys", "dist"; nothing was built or deployed',
  );
  expect(() => parametersFrom(["stage=test"])).toThrow(
    'cannot take the parameter "stage=test": there is none of that name; there are "config", "keys", "dist"; nothing was built or deployed',
  );
});

test("a parameter without a value, or with two, is refused", () => {
  for (const word of ["config", "config="])
    expect(() => parametersFrom([word])).toThrow(
      `cannot take the parameter "${word}": it has no value: write "config=VALUE"; nothing was built or deployed`,
    );
  expect(() => parametersFrom(["config=test.yml", "config=prod.yml"])).toThrow(
    'cannot take the parameter "config=prod.yml": "config" was given before, as "test.yml"; nothing was built or deployed',
  );
});

test.each([
  "1234abcd-12ab-34cd-56ef-1234567890ab",
  "alias/ledger",
  "arn:aws:kms:eu-west-1:123456789012:alias/ledger",
  "arn:aws:kms:eu-west-1:123456789012:key/*",
  "arn:aws:s3:::ledger",
  "",
])('"%s" beside a key is refused, since it is no key\'s ARN', (wrong) => {
  expect(() => parametersFrom([`keys=${KEY},${wrong}`])).toThrow(
    `cannot take the parameter "keys=${KEY},${wrong}": "${wrong}" is not the ARN of a KMS key`,
  );
});
