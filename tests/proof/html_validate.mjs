// html-validate over every HTML file of a folder: node html_validate.mjs mails|pages FOLDER
// Prints a JSON list of findings. Every rule of its recommended set holds but for those below, each with its reason.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const EVERYWHERE = {
  // Both ways are HTML; one way is kept.
  "doctype-style": ["error", { style: "lowercase" }],
  // Advice to search engines, which see neither mails nor pages. A title holds the subject of a mail.
  "long-title": "off",
  // Numbers are kept on one line by style, and stay as they were typed for whoever copies them.
  "tel-non-breaking": "off",
};

const MAILS = {
  // MRML writes `<meta />`, browsers and mail programs read both.
  "void-style": "off",
  // Outlook on Windows needs its conditional tables, and the attributes HTML has given up.
  "no-conditional-comment": "off",
  "no-deprecated-attr": "off",
  // Gmail's app drops style sheets for addresses that are not its own: what matters stands in the element.
  "no-inline-style": "off",
  // Mail programs drop `article`; the role stays.
  "prefer-native-element": ["error", { exclude: ["article"] }],
  // Parsers put it in, and Outlook does without.
  "prefer-tbody": "off",
};

const PAGES = {
  // Boxes of one question, and two buttons that say how a form is sent, share a name.
  "form-dup-name": ["error", { shared: ["radio", "checkbox", "submit", "button"] }],
  // A label around its box also names it: some speech programs know one way only.
  "no-redundant-for": "off",
  // The menu stands there for wide and for narrow windows, one always out of sight: axe looks with styles on.
  "unique-landmark": "off",
  // A box is a region only where it scrolls sideways.
  "prefer-native-element": ["error", { exclude: ["region"] }],
};

const [kind, folder] = process.argv.slice(2);
const rules = { ...EVERYWHERE, ...(kind === "mails" ? MAILS : PAGES) };
const judge = new HtmlValidate(new StaticConfigLoader({ root: true, extends: ["html-validate:recommended"], rules }));

const findings = [];
for (const file of readdirSync(folder).sort()) {
  const report = await judge.validateString(readFileSync(join(folder, file), "utf8"), file);
  for (const message of report.results.flatMap((result) => result.messages)) {
    findings.push(`${file}:${message.line} ${message.ruleId}: ${message.message} (${message.selector})`);
  }
}
console.log(JSON.stringify(findings));
