import { forever, onChange, pipeline, sh } from "fresco";

// Sees these two files and nothing else, so it runs again when one of them changes, and only then.
const install = sh("npm ci", { id: "install", cache: onChange("/package.json", "/package-lock.json") });

// These stand on what `install` left: each sees node_modules from its layer, and the named files as they are now.
const lint = install.sh("npm run lint", { id: "lint", cache: onChange("src", "test", "/package.json"), outputs: [] });
const test = install.sh("npm test", { id: "test", cache: onChange("src/words.js", "test", "/package.json"), outputs: [] });
const build = install.sh("npm run build", { id: "build", cache: onChange("src", "/package.json"), outputs: ["/dist"] });

// Sees no source at all.
const sample = sh("echo 'Fresh paint on fresh plaster, layer by layer' > sample.txt", {
  id: "sample",
  cache: forever(),
  outputs: ["/sample.txt"],
});

// Without a policy a step sees everything and always runs; `uses` puts the outputs of others into its workspace.
const report = sh("node dist/words.js < sample.txt", { id: "report", uses: [build, sample] });

export default pipeline("ci", [lint, test, report], {
  // Downloads and logs of npm are no result: outside of every layer.
  env: { npm_config_cache: "/tmp/npm", npm_config_audit: "false", npm_config_fund: "false", npm_config_update_notifier: "false" },
});
