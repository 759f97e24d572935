import { forever, onChange, pipeline, sh } from "fresco";

// Changes the system: kept as an image in Docker, as a layer elsewhere. Sees no source at all.
const system = sh("dpkg -i /srv/packages/*.deb", { id: "system", cache: forever() });

// Runs again when the lock file changes, and only then. It finds what `system` installed.
const modules = system.sh("modget modules.lock", { id: "modules", cache: onChange("/modules.lock"), outputs: ["/modules"] });

// Each stands on `modules` and sees nothing of the others.
const lint = modules.sh("for file in src/*.sh test/*.sh; do sh -n $file; done", {
  id: "lint",
  cache: onChange("src", "test"),
  outputs: [],
});
const test = modules.sh("for file in test/*.test.sh; do sh -e $file; done", { id: "test", cache: onChange("test"), outputs: [] });

// Without a policy a step sees everything and always runs.
const report = modules.sh("sh -e src/report.sh", { id: "report" });

export default pipeline("ci", [lint, test, report], { image: "fresco-example/containers:1" });
