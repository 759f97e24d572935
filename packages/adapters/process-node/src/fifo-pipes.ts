import { execFile } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { FrescoError } from "@fresco/ports";
import type { OutputPipe, Pipes } from "@fresco/ports";

/** Made at once, since making them takes a process. */
const BATCH = 4;

/**
 * Pipes made as FIFOs whose names are removed before they are used. Where the system can open an unnamed one again, a pipe that was
 * drained is used for the next step: making files can be slow. They are closed when this process ends.
 */
export class FifoPipes implements Pipes {
  readonly #spare: Fifo[] = [];
  #making: Promise<void> | undefined;

  async open(scratch: string): Promise<OutputPipe> {
    for (;;) {
      const fifo = this.#spare.pop();
      if (fifo !== undefined) return this.#use(fifo);
      this.#making ??= makeFifos(scratch)
        .then((made) => void this.#spare.push(...made))
        .finally(() => (this.#making = undefined));
      await this.#making;
    }
  }

  #use(fifo: Fifo): OutputPipe {
    const { readEnd, writeEnd, again, forget } = fifo;
    let reader: Socket | undefined;
    return {
      writeEnd,
      drain: (deliver) => {
        closeSync(writeEnd);
        reader = new Socket({ fd: readEnd, readable: true, writable: false });
        // At its end nobody has the write end any more, so nothing of this step can turn up in the next one's output.
        let spared = false;
        reader.once("end", () => {
          if (again === undefined) return;
          spared = true;
          this.#spare.push(again());
        });
        reader.once("close", () => void (spared || forget()));
        return drain(reader, deliver);
      },
      discard: () => {
        if (reader !== undefined) return void reader.destroy();
        // It is not used again: somebody may have its write end still.
        forget();
        closeSync(writeEnd);
        closeSync(readEnd);
      },
    };
  }
}

/** Both ends of a pipe, opened for one use. */
interface Fifo {
  readonly readEnd: number;
  readonly writeEnd: number;
  /** Opens both ends anew once the first use is over. */
  readonly again: (() => Fifo) | undefined;
  /** Closes what it would be opened anew by. */
  readonly forget: () => void;
}

async function makeFifos(directory: string): Promise<Fifo[]> {
  const names = Array.from({ length: BATCH }, (_, index) => join(directory, `.pipe-${process.pid}-${index}`));
  try {
    // A step of another user may open its output again through /dev; nobody else reaches the directory, or the pipe once its name is gone.
    await promisify(execFile)("mkfifo", ["-m", "622", "--", ...names], { env: { PATH: "/usr/bin:/bin:/usr/local/bin", LC_ALL: "C" } });
    return names.map((name) => {
      const fifo = openFifo(name);
      unlinkSync(name);
      return fifo;
    });
  } catch (cause) {
    throw new FrescoError("pipes.unavailable", `Pipes for the output of steps cannot be made in ${directory}.`, {
      hint: "Fresco needs mkfifo(1), and a file system that holds FIFOs for its state.",
      cause,
    });
  }
}

function openFifo(name: string): Fifo {
  // Opening to read without waiting succeeds before there is a writer; opening to write then finds its reader.
  const readEnd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(name, constants.O_WRONLY);
  if (process.platform !== "linux") return { readEnd, writeEnd, again: undefined, forget: () => undefined };
  const anchor = openSync(`/proc/self/fd/${readEnd}`, constants.O_RDONLY | constants.O_NONBLOCK);
  return { readEnd, writeEnd, again: () => reopen(anchor), forget: () => closeSync(anchor) };
}

function reopen(anchor: number): Fifo {
  const name = `/proc/self/fd/${anchor}`;
  const readEnd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(name, constants.O_WRONLY);
  return { readEnd, writeEnd, again: () => reopen(anchor), forget: () => closeSync(anchor) };
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
    socket.once("close", () => void waiting.then(resolve, fail));
  });
}
