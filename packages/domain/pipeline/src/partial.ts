import type { IRStep } from "./ir.ts";

/** Fields that could not be read are `undefined` or absent. */
export type Partially<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A step of IR as far as it could be read. */
export type PartialStep = Partially<IRStep>;
