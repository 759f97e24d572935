import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, it } from "vitest";
import { demultiplex } from "../src/demultiplex.ts";

/** A frame as an Engine writes it: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach */
function frame(stream: 1 | 2, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

it("gives each stream its bytes in order, however the frames are cut", async () => {
  const frames = fc.array(fc.tuple(fc.constantFrom<1 | 2>(1, 2), fc.uint8Array({ maxLength: 40 })), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(frames, fc.array(fc.nat(60), { maxLength: 30 }), async (parts, cuts) => {
      const whole = Buffer.concat(parts.map(([stream, payload]) => frame(stream, payload)));
      const source = new PassThrough();
      const got: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
      const done = demultiplex(source, (name, chunk) => void got[name].push(Buffer.from(chunk)));
      let at = 0;
      for (const cut of cuts) {
        source.write(whole.subarray(at, at + cut));
        at += cut;
      }
      source.end(whole.subarray(at));
      await done;
      for (const [stream, name] of [
        [1, "stdout"],
        [2, "stderr"],
      ] as const) {
        const wanted = Buffer.concat(parts.flatMap(([of, payload]) => (of === stream ? [payload] : [])));
        expect(Buffer.concat(got[name])).toEqual(wanted);
      }
    }),
  );
});

it("takes no end for a good one that comes within a frame", async () => {
  for (const length of [3, 8, 10]) {
    const source = new PassThrough();
    const done = demultiplex(source, () => undefined);
    source.end(frame(1, Buffer.from("whole")).subarray(0, length));
    await expect(done).rejects.toThrow("middle of a frame");
  }
});
