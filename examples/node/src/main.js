import { readFileSync } from "node:fs";
import { greeting } from "./greeting.js";
import { countWords } from "./words.js";

console.log(greeting);
for (const [word, count] of countWords(readFileSync(0, "utf8"))) console.log(`${count} ${word}`);
