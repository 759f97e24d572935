export { workspacesContract } from "./contract.ts";
export { PlainWorkspaces } from "./plain-workspaces.ts";
export { Steps, type Laid, type WorkspacesSubject } from "./subject.ts";
