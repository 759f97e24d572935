import type { Store } from "@fresco/ports";
import type { LeftBehind } from "./leave-behind.ts";

/** A fresh store for one case. */
export interface StoreSubject extends AsyncDisposable {
  readonly store: Store;
  /** Another process opens this store, does {@link leaveBehind} and is killed. */
  readonly abandon: () => Promise<LeftBehind>;
}
