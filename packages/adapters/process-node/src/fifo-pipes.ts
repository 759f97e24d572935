import { execFile } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { FrescoError } from "@fresco/ports";
import type { OutputPipe, Pipes } from "@fresco/ports";

/** Made at once, since making them takes a process. Each is used a single time. */
const BATCH = 16;

/** Pipes made as FIFOs whose names are removed before they are used. Unused ones are closed when this process ends. */
export class FifoPipes implements Pipes {
  readonly #spare: OutputPipe[] = [];
  #making: Promise<void> | undefined;

  async open(scratch: string): Promise<OutputPipe> {
    for (;;) {
      const pipe = this.#spare.pop();
      if (pipe !== undefined) return pipe;
      this.#making ??= makeFifos(scratch)
        .then((made) => void this.#spare.push(...made))
        .finally(() => (this.#making = undefined));
      await this.#making;
    }
  }
}

async function makeFifos(directory: string): Promise<OutputPipe[]> {
  const names = Array.from({ length: BATCH }, (_, index) => join(directory, `.pipe-${process.pid}-${index}`));
  try {
    await promisify(execFile)("mkfifo", ["-m", "600", "--", ...names], { env: { PATH: "/usr/bin:/bin:/usr/local/bin", LC_ALL: "C" } });
    return names.map(openFifo);
  } catch (cause) {
    throw new FrescoError("pipes.unavailable", `Pipes for the output of steps cannot be made in ${directory}.`, {
      hint: "Fresco needs mkfifo(1), and a file system that holds FIFOs for its state.",
      cause,
    });
  }
}

function openFifo(name: string): OutputPipe {
  // Opening to read without waiting succeeds before there is a writer; opening to write then finds its reader.
  const readEnd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(name, constants.O_WRONLY);
  unlinkSync(name);
  let reader: Socket | undefined;
  return {
    writeEnd,
    drain(deliver) {
      closeSync(writeEnd);
      reader = new Socket({ fd: readEnd, readable: true, writable: false });
      return drain(reader, deliver);
    },
    discard() {
      if (reader !== undefined) return void reader.destroy();
      closeSync(writeEnd);
      closeSync(readEnd);
    },
  };
}

function drain(socket: Socket, deliver: (chunk: Uint8Array) => void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      socket.destroy();
      reject(error);
    };
    let waiting: Promise<void> = Promise.resolve();
    socket.on("data", (chunk: Buffer) => {
      try {
        const held = deliver(chunk);
        if (held === undefined) return;
        socket.pause();
        waiting = held.then(() => void socket.resume());
        waiting.catch(fail);
      } catch (error) {
        fail(error);
      }
    });
    socket.once("error", fail);
    socket.once("close", () => waiting.then(resolve, fail));
  });
}
