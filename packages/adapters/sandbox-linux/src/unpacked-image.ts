import type { StepRequest } from "@fresco/ports";

/** A root file system that was unpacked from an image. */
export interface UnpackedImage {
  readonly rootfs: string;
  /** What it is, its environment and user included. */
  readonly identity: string;
  /** What the image gives every command. */
  readonly env: Readonly<Record<string, string>>;
  /** Who commands run as unless the step says so. Absent: root. */
  readonly user?: string;
}

/** The unpacked image stands for the image. */
export function overImage(request: StepRequest, { rootfs, user }: UnpackedImage): StepRequest {
  return { ...request, base: { type: "rootfs", path: rootfs }, ...(request.user === undefined && user !== undefined ? { user } : {}) };
}
