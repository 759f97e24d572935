import { describe, expect, it } from "vitest";
import { code } from "../code.ts";
import { format } from "../format.ts";
import { types } from "../types.ts";
import { unused } from "../unused.ts";
import { copyOfRepository } from "./copy.ts";

const planted = "packages/engine/src/planted.ts";

describe("The lint of the code", () => {
  it("names an any, an unsafe cast, a floating promise and a non-null assertion", async () => {
    using copy = await copyOfRepository();
    copy.plant(
      planted,
      [
        "export const anything: any = 1;",
        'export const cast = JSON.parse("1") as string;',
        "export const narrowed = (value: unknown) => value as string;",
        "export const floating = () => { Promise.resolve(1); };",
        "export const asserted = (values: string[]) => values[0]!;",
        "",
      ].join("\n"),
    );
    const rules = (await code.run(copy.directory)).filter(({ file }) => file?.startsWith(planted)).map(({ rule }) => rule);
    expect(rules).toEqual(
      expect.arrayContaining([
        "typescript(no-explicit-any)",
        "typescript(no-unsafe-type-assertion)",
        "typescript(no-floating-promises)",
        "typescript(no-non-null-assertion)",
      ]),
    );
  });

  it("says when it read fewer files than git has", async () => {
    using copy = await copyOfRepository();
    copy.plant(".oxlintrc.json", '{ "ignorePatterns": ["packages/engine/**"] }\n');
    expect(await code.run(copy.directory)).toContainEqual(expect.objectContaining({ rule: "unread" }));
  });

  it("names a type error, and a file that no tsconfig includes", async () => {
    using copy = await copyOfRepository();
    copy.plant(planted, 'export const count: number = "one";\n');
    copy.plant("docs/planted.ts", "export {};\n");
    const found = await types.run(copy.directory);
    expect(found).toContainEqual(expect.objectContaining({ rule: "TS2322", file: `${planted}:1:14` }));
    expect(found).toContainEqual(expect.objectContaining({ rule: "unread", file: "docs/planted.ts" }));
  });

  it("names an unused file, an unused export and an undeclared dependency", async () => {
    using copy = await copyOfRepository();
    copy.plant(planted, "export const used = 1;\nexport const planted = 2;\n");
    copy.plant(
      "packages/engine/src/index.ts",
      'import { used } from "./planted.ts";\nimport "planted-library";\nexport const one = used;\n',
    );
    copy.plant("packages/engine/src/planted-file.ts", "export {};\n");
    const found = (await unused.run(copy.directory)).map(({ rule, message }) => `${rule}: ${message}`);
    expect(found).toEqual(
      expect.arrayContaining(["exports: planted", "files: packages/engine/src/planted-file.ts", "unlisted: planted-library"]),
    );
  });

  it("names a file that is not formatted", async () => {
    using copy = await copyOfRepository();
    copy.plant(planted, "export const  one = 'two'\n");
    expect((await format.run(copy.directory))[0]?.message).toContain(planted);
  });
});
