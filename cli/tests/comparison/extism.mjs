// Runs the Extism plug-in over a table: node extism.mjs MODULE SPEC REQUESTS OUTCOMES
// REQUESTS and OUTCOMES hold one JSON document a line.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { createPlugin } = require("@extism/extism");
const [module, spec, requests, outcomes] = process.argv.slice(2);
const plugin = await createPlugin(module, { useWasi: true, config: { spec: readFileSync(spec, "utf8") } });
const lines = readFileSync(requests, "utf8").split("\n").filter((line) => line !== "");
const answers = [];
for (const line of lines) {
  const output = await plugin.call("decide", line);
  answers.push(output.text());
}
writeFileSync(outcomes, answers.join("\n"));
await plugin.close();
