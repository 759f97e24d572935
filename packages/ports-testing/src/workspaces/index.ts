export { workspacesContract } from "./contract.ts";
export { PlainWorkspaces } from "./plain-workspaces.ts";
export type { WorkspacesSubject } from "./subject.ts";
