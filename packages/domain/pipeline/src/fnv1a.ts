/**
 * FNV-1a, 64 bit, over the UTF-8 bytes of `text`, as 16 hex digits. Tells names apart; protects against nobody.
 * Fowler, Noll, Vo, Eastlake: "The FNV Non-Cryptographic Hash Algorithm", RFC 9923.
 */
export function fnv1a64(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of Buffer.from(text, "utf8")) {
    low = (low ^ byte) >>> 0;
    // The prime is 2^40 + 0x1b3: one product with its small part, and the low word shifted by 40 into the high one.
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 0x1_0000_0000) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}
