// Builds what the pages load: one style sheet, htmx, the charts, what cards need and our own script, into ../static.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const packages = createRequire(import.meta.url);

// Colours that the base states as figures where its settings do not reach, and the token that stands for each.
const tokenOf = {
  "#0b5f58": "var(--brand)",
  "#005eb8": "var(--brand)",
  "#a32638": "var(--refused)",
  "#721b27": "var(--refused)",
  "#4c6272": "var(--ink-2)",
  "#aeb7bd": "var(--edge)",
  "#d8dde0": "var(--sunk)",
  "#ffffff": "var(--surface)",
};
const printed = "#000000"; // black on paper, whatever the theme

function inOurColours(css) {
  const tokens = css
    .replace(/#[0-9a-f]{3,8}\b/g, (figure) => tokenOf[figure] ?? figure)
    .replace(/url\("[^"]*nhsuk-icon[^"]*"\)/g, "none"); // our icons are drawn in the page
  const left = new Set(tokens.match(/#[0-9a-f]{3,8}\b|frutiger|nhs\.uk|url\(/gi));
  left.delete(printed);
  if (left.size) throw new Error(`the base brings what is not ours: ${[...left].join(", ")}`);
  return tokens;
}

function styled(path) {
  const { css } = sass.compile(path, { loadPaths: [join(here, "../../../../node_modules")], quietDeps: true });
  return basename(path) === "base.scss" ? inOurColours(css) : css;
}

const scss = {
  name: "scss",
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, ({ path }) => ({ contents: styled(path), loader: "css" }));
  },
};

// Fetched by our own script, and so after the style sheet, which would else share a slow line with it. The name it is
// imported by is the one it is sent under, see ../assets.py.
const htmx = readFileSync(packages.resolve("htmx.org/dist/htmx.min.js"));
const sentName = `htmx.min.${createHash("sha256").update(htmx).digest("hex").slice(0, 16)}.js`;
const fetchedApart = {
  name: "fetched apart",
  setup(build) {
    build.onResolve({ filter: /^htmx\.org$/ }, () => ({ path: `./${sentName}`, external: true }));
  },
};

const built = { bundle: true, minify: true, legalComments: "none", logLevel: "warning", outdir: out };
await esbuild.build({
  ...built,
  entryPoints: [join(here, "caretrail.css")],
  plugins: [scss],
  target: ["chrome111", "firefox115", "safari16"],
});
await esbuild.build({
  ...built,
  entryPoints: [join(here, "caretrail.js")],
  plugins: [fetchedApart],
  format: "esm",
  target: "es2020",
});
await esbuild.build({ ...built, entryPoints: [join(here, "cards.js")], format: "esm", target: "es2022" });
await esbuild.build({ ...built, entryPoints: [join(here, "charts.js")], format: "iife", target: "es2020" });
writeFileSync(join(out, "htmx.min.js"), htmx);
