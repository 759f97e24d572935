import { forever, onChange, pipeline, sh } from "fresco";

// The interpreter's own part of the environment sees no source: made once, until Python itself is another one.
const venv = sh("python3 -m venv .venv", { id: "venv", cache: forever() });

// A local wheel, of the same bytes whenever its source is the same.
const wheel = sh("python3 wheels/make_wheel.py wheels/shout shout 1.0.0 dist", {
  id: "wheel",
  cache: onChange("wheels"),
  outputs: ["/dist/*.whl"],
});

// Paths in a virtual environment are absolute; the workspace is at the same place in every step.
const install = venv.sh(".venv/bin/python -m pip install --no-index --find-links dist -r requirements.txt", {
  id: "install",
  cache: onChange("/requirements.txt"),
  uses: [wheel],
});

const test = install.sh(".venv/bin/python -m unittest discover -s tests", { id: "test", cache: onChange("src", "tests"), outputs: [] });

// Without a policy a step sees everything and always runs.
const greet = install.sh(".venv/bin/python -m greet", { id: "greet" });

export default pipeline("ci", [test, greet], {
  env: { PYTHONPATH: "src", PYTHONDONTWRITEBYTECODE: "1", PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_CACHE_DIR: "1" },
});
