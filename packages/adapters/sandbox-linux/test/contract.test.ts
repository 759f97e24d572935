import { sandboxContract } from "@fresco/ports-testing";
import { openSandbox } from "./support.ts";

sandboxContract({ name: "linux", open: () => openSandbox() });
