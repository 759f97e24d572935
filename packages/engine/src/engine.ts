import type { IR } from "@fresco/pipeline";
import { FrescoError, type FrozenSource, type Owner } from "@fresco/ports";
import type { Engine, EnginePorts, Plan, Run, RunOptions, RunResult } from "./api.ts";
import { EventStream } from "./event-stream.ts";
import { planRun } from "./plan.ts";
import { prepareRun } from "./prepare.ts";
import { allSandboxes, discardIn } from "./sandboxes.ts";

export interface EngineOptions {
  /** The owner that this engine works for. @default one of its own, opened with the first run and ended with the engine */
  readonly owner?: Owner;
}

/**
 * An engine over these ports.
 * @example
 * await using engine = createEngine({ ...memoryPorts(), sandbox: new MySandbox() });
 * const run = engine.run(ir);
 * for await (const event of run.events) console.log(event.type);
 * console.log((await run.result).status);
 */
export function createEngine(ports: EnginePorts, options: EngineOptions = {}): Engine {
  return new PortEngine(ports, options.owner);
}

class PortEngine implements Engine {
  readonly #ports: EnginePorts;
  readonly #running = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #given: Owner | undefined;
  #own: Promise<Owner> | undefined;
  #numbers = 0;

  constructor(ports: EnginePorts, owner: Owner | undefined) {
    this.#ports = ports;
    this.#given = owner;
  }

  run(ir: IR, options: RunOptions = {}): Run {
    const id = Promise.withResolvers<string>();
    const events = new EventStream(this.#ports.logs, options.logEvents ?? true);
    const result = this.#run(ir, options, events, id.resolve).finally(() => events.end());
    result.catch(id.reject);
    // Whoever reads only the events must not be ended by a rejection that nobody handles; `result` still rejects for its readers.
    id.promise.catch(() => undefined);
    result.catch(() => undefined);
    this.#running.add(result);
    const forget = (): void => void this.#running.delete(result);
    result.then(forget, forget);
    return { id: id.promise, events, chunked: () => events.chunked(), result };
  }

  async plan(ir: IR, options: RunOptions = {}): Promise<Plan> {
    const owner = await this.#owner();
    return planRun(this.#ports, ir, options, await this.#source(options), owner);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    const own = await this.#own?.catch(() => undefined);
    if (own === undefined) return;
    await discardIn(allSandboxes(this.#ports), [own.directory]);
    await own[Symbol.asyncDispose]();
  }

  async #run(ir: IR, options: RunOptions, events: EventStream, onId: (id: string) => void): Promise<RunResult> {
    if (this.#closing.signal.aborted) throw new FrescoError("engine.closed", "the engine is closed");
    const [owner, source] = await Promise.all([this.#owner(), this.#source(options)]);
    const run = await prepareRun({
      ports: this.#ports,
      ir,
      options,
      source,
      owner,
      events,
      closing: this.#closing.signal,
      number: () => ++this.#numbers,
    });
    onId(run.id);
    return run.execute();
  }

  #source(options: RunOptions): Promise<FrozenSource> {
    return options.source === undefined ? this.#ports.source.freeze() : Promise.resolve(options.source);
  }

  #owner(): Promise<Owner> {
    if (this.#given !== undefined) return Promise.resolve(this.#given);
    const { store, processes, clock } = this.#ports;
    return (this.#own ??= store.owners.open({ process: processes.self(), startedAt: clock.now() }));
  }
}
