import { sandboxContract } from "@fresco/ports-testing/contracts";
import { openSandbox } from "./support.ts";

sandboxContract({ name: "linux", open: () => openSandbox() });
