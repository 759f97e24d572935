import type { Duplex } from "node:stream";

type Deliver = (stream: "stdout" | "stderr", chunk: Uint8Array) => void | Promise<void>;

const HEADER = 8;

/**
 * Takes the Engine's multiplexed stream apart: frames of a header (stream number, three zeros, length as big-endian u32) and that many bytes. What
 * arrives of a frame is passed on at once; while a delivery waits, nothing more is read.
 * @throws what a delivery or the stream threw, and Error where the stream ends too early; the stream is closed then, which does not hold the step up.
 */
export async function demultiplex(source: Duplex, deliver: Deliver): Promise<void> {
  let header = Buffer.alloc(0);
  let left = 0;
  let stream: "stdout" | "stderr" = "stdout";
  for await (const chunk of source) {
    let rest = bufferOf(chunk);
    while (rest.length > 0) {
      if (left === 0) {
        const wanted = HEADER - header.length;
        header = Buffer.concat([header, rest.subarray(0, wanted)]);
        rest = rest.subarray(wanted);
        if (header.length < HEADER) break;
        stream = header[0] === 2 ? "stderr" : "stdout";
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const piece = rest.subarray(0, left);
      left -= piece.length;
      rest = rest.subarray(piece.length);
      const held = deliver(stream, piece);
      if (held !== undefined) await held;
    }
  }
  if (left > 0 || header.length > 0) throw new Error("the Engine's stream ended in the middle of a frame");
}

function bufferOf(chunk: unknown): Buffer<ArrayBuffer> {
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk), "latin1");
}
