import { chooseEndpoint, engineFacts, OLDEST_API } from "@fresco/sandbox-docker";
import { type Finding, problemOf } from "./finding.ts";

/** Which Docker Engine runs steps with images, why that one, and whether it answers. Without one, everything but such steps works. */
export async function engineFinding(environment: Readonly<Record<string, string | undefined>>): Promise<Finding> {
  try {
    const endpoint = chooseEndpoint(environment);
    const { version, api, storage, rootless } = await engineFacts(endpoint);
    const text = `Engine ${version} (API ${api}, ${storage}${rootless ? ", rootless" : ""}) at ${endpoint.url}, ${endpoint.because}`;
    if (isOlder(api)) {
      return { topic: "docker", status: "note", text: `${text} is too old`, hint: `Steps with images need API ${OLDEST_API} or newer.` };
    }
    return { topic: "docker", status: "ok", text };
  } catch (error) {
    return { ...problemOf("docker", error), status: "note" };
  }
}

function isOlder(api: string): boolean {
  const [major = 0, minor = 0] = api.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_API.split(".").map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
