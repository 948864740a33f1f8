// The official MJML, strict, over every template of a folder: node mjml_strict.mjs FOLDER
// Prints a JSON object: the name of each file, and what it objects to or the HTML it makes.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import mjml2html from "mjml";

const [folder] = process.argv.slice(2);
const made = {};
for (const file of readdirSync(folder).sort()) {
  const source = readFileSync(join(folder, file), "utf8");
  try {
    made[file] = { objections: [], html: (await mjml2html(source, { validationLevel: "strict", fonts: {} })).html };
  } catch (fault) {
    made[file] = { objections: (fault.errors ?? [fault]).map((each) => `line ${each.line}: ${each.message}`), html: "" };
  }
}
console.log(JSON.stringify(made));
