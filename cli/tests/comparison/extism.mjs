// Runs the Extism plug-in over a table: node extism.mjs MODULE SPEC REQUESTS OUTCOMES
// REQUESTS and OUTCOMES hold one JSON document a line. Every 50th request is explained, too, and the specification judged:
// the script fails where these say something else.
import { deepStrictEqual } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { createPlugin } = require("@extism/extism");
const [module, spec, requests, outcomes] = process.argv.slice(2);
const text = readFileSync(spec, "utf8");
const plugin = await createPlugin(module, { useWasi: true, config: { spec: text } });
const ask = async (call, input) => JSON.parse((await plugin.call(call, input)).text());
deepStrictEqual(await ask("validate", text), { valid: true });
deepStrictEqual((await ask("validate", text.slice(1))).valid, false);
const lines = readFileSync(requests, "utf8").split("\n").filter((line) => line !== "");
const answers = [];
for (const [at, line] of lines.entries()) {
  const output = await plugin.call("decide", line);
  answers.push(output.text());
  if (at % 50 === 0) {
    const { decision, considered } = await ask("explain", line);
    deepStrictEqual(decision, JSON.parse(answers[at]));
    const chosen = considered.filter(({ verdict }) => verdict === "chosen");
    deepStrictEqual(chosen.map(({ service, route }) => [service, route]),
      "forward" in decision ? [[decision.forward.service, decision.forward.route]] : []);
  }
}
writeFileSync(outcomes, answers.join("\n"));
await plugin.close();
