import { recogniseGo } from "./go.ts";
import { recogniseNode } from "./node.ts";
import type { ProjectFiles } from "./project-files.ts";
import { recognisePython } from "./python.ts";
import type { Recipe } from "./recipe.ts";
import { recogniseRust } from "./rust.ts";

/** Recipes for every kind of project that this is; a first step to build on where it is none. @throws FrescoError `init.unreadable`. */
export function recognise(project: ProjectFiles, user: { readonly npmConfiguration: string | undefined }): readonly Recipe[] {
  const found = [recogniseNode(project, user.npmConfiguration), recognisePython(project), recogniseRust(project), recogniseGo(project)];
  const recipes = found.filter((recipe) => recipe !== undefined);
  return recipes.some(({ steps }) => steps.length > 0) ? recipes : [...recipes, HELLO];
}

const HELLO: Recipe = {
  name: "hello",
  recognised: "",
  steps: [
    {
      id: "hello",
      comment: "A step sees the project's files; this one runs again when one of them changes.",
      command: "ls",
      cache: { type: "source" },
    },
  ],
  env: {},
  notes: ["Replace the step by what you run: a build, a test."],
};
