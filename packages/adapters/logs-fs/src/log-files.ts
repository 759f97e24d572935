import { join } from "node:path";

/** What may name a log: no separators, no leading dot. */
const ID = /^[A-Za-z0-9_@][A-Za-z0-9_@.:+=-]{0,199}$/;

/** The two files of a log. `raw`: the bytes of both streams as they came, for any pager. `index`: whose they were and when, see `index-format.ts`. */
export interface LogFiles {
  readonly raw: string;
  readonly index: string;
}

/** @throws TypeError for an id that could name anything but a log. */
export function logFiles(directory: string, id: string): LogFiles {
  if (!ID.test(id)) throw new TypeError(`not the id of a log: ${JSON.stringify(id)}`);
  return { raw: join(directory, `${id}.log`), index: join(directory, `${id}.index`) };
}
