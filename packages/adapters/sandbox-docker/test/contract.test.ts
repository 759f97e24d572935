import { sandboxContract } from "@fresco/ports-testing/contracts";
import { describe, it } from "vitest";
import { engineMissing } from "./engine.ts";
import { openSandbox } from "./support.ts";

const missing = engineMissing();

if (missing === undefined) {
  sandboxContract({
    name: "docker",
    open: () => openSandbox(),
    unsupported: { "a toolchain that is not there is named": "an image brings its own toolchains" },
  });
} else {
  describe("Sandbox contract: docker", () => {
    it("needs a Docker Engine", (t) => t.skip(true, missing));
  });
}
