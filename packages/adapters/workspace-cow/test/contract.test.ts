import { layersContract, workspacesContract, type WorkspacesSubject } from "@fresco/ports-testing/contracts";
import { it } from "vitest";
import { CowLayers, CowWorkspaces } from "../src/index.ts";
import { noOverlay, runIn, temporaryDirectory } from "./support.ts";

for (const form of ["overlay", "directory"] as const) {
  if (form === "overlay" && noOverlay !== undefined) {
    it("The contracts hold for the overlay form", (t) => t.skip(noOverlay));
    continue;
  }
  const open = async (): Promise<WorkspacesSubject & AsyncDisposable> => {
    const temporary = temporaryDirectory();
    const layers = new CowLayers();
    return {
      layers,
      workspaces: new CowWorkspaces({ layers, state: temporary.path }),
      directory: temporary.path,
      form,
      run: async (description, script) => runIn(description, script),
      [Symbol.asyncDispose]: async () => temporary[Symbol.dispose](),
    };
  };
  layersContract({ name: `CowLayers, ${form} form`, open });
  workspacesContract({ name: `CowWorkspaces, ${form} form`, open });
}
