// An agency's own check, without any code of ours: each line of standard input is one event as received.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

let unaltered = true;
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const event = JSON.parse(line);
  const without = line.replace(/,"hash":"[0-9a-f]{64}"\}$/, "}");
  const holds = createHash("sha256").update(without, "utf8").digest("hex") === event.hash;
  console.log(event.id, holds);
  unaltered &&= holds;
}
process.exit(unaltered ? 0 : 1);
