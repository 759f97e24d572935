// The DSL, as pipeline files import it: `import { pipeline, sh } from "fresco"`. `toIR` and `originOf` are for whoever loads them.
export {
  all,
  env,
  forever,
  onChange,
  onValue,
  optional,
  originOf,
  pipeline,
  Pipeline,
  PipelineError,
  scratch,
  secrets,
  sh,
  Step,
  target,
  toIR,
  ttl,
  wait,
} from "@fresco/pipeline";
export type { CachePolicy, Duration, EnvOption, Json, Leaf, PipelineOptions, ScratchBase, Size, StepOptions } from "@fresco/pipeline";
