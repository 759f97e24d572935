import { decodeRecord, type IndexRecord } from "./index-format.ts";
import type { OpenFile } from "./open-log.ts";
import { after, type RecordStart } from "./position.ts";

const BLOCK_BYTES = 64 * 1024;

export interface LocatedRecord {
  readonly record: IndexRecord;
  readonly start: RecordStart;
}

/** The whole records of an index from `start` on. A torn last one is left for the next reader. */
export async function* readIndex(file: OpenFile, start: RecordStart): AsyncGenerator<LocatedRecord> {
  let at = start;
  let bytes = Buffer.alloc(0);
  for (;;) {
    let offset = 0;
    for (let decoded = decodeRecord(bytes, 0, at.ts); decoded !== undefined; decoded = decodeRecord(bytes, offset, at.ts)) {
      const { record, next } = decoded;
      yield { record, start: at };
      at = after(at, record, at.indexOffset + next - offset);
      offset = next;
      if (record.kind === "end") return;
    }
    const rest = bytes.subarray(offset);
    const block = Buffer.alloc(BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, at.indexOffset + rest.length);
    if (bytesRead === 0) return;
    bytes = Buffer.concat([rest, block.subarray(0, bytesRead)]);
  }
}
