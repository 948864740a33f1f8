// What caniemail.com knows of the HTML and CSS in every file of a folder: node caniemail.mjs FOLDER CLIENT...
// Prints a JSON object: "no" and "partly", each a feature with the mail programs that lack it, and "known": every slug.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { caniemail, rawData } from "caniemail";

const [folder, ...clients] = process.argv.slice(2);
const lacking = { no: {}, partly: {} };
for (const file of readdirSync(folder).sort()) {
  const { issues } = caniemail({ clients, html: readFileSync(join(folder, file), "utf8") });
  for (const [how, found] of [["no", issues.errors], ["partly", issues.warnings]]) {
    for (const [client, features] of found) {
      for (const { title } of features) (lacking[how][title] ??= {})[client] = true;
    }
  }
}
for (const features of Object.values(lacking)) {
  for (const title of Object.keys(features)) features[title] = Object.keys(features[title]).sort();
}
console.log(JSON.stringify({ ...lacking, known: rawData.data.map((feature) => feature.slug) }));
