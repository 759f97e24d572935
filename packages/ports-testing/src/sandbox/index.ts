export { sandboxContract } from "./contract.ts";
export { PlainSandbox } from "./plain-sandbox.ts";
export { Rig, type SandboxSubject } from "./rig.ts";
