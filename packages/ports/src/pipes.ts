/**
 * Pipes for the output of steps. A sandbox asks for them instead of letting Node make some, because Node's are sockets, and a step
 * cannot open a socket again through `/dev/stdout` or `/dev/stderr`, as many scripts do.
 */
export interface Pipes {
  /**
   * Opens a pipe that has no name once this resolves. `scratch`: an existing private directory.
   * @throws FrescoError `pipes.unavailable` when the system refuses.
   */
  open(scratch: string): Promise<OutputPipe>;
}

export interface OutputPipe {
  /** The descriptor to hand to a child process. Closed in this process as soon as {@link OutputPipe.drain} or {@link OutputPipe.discard} is called. */
  readonly writeEnd: number;
  /** Delivers the bytes until nobody has the write end any more. A promise from `deliver` holds further reading back. Rejects with what `deliver` throws. */
  drain(deliver: (chunk: Uint8Array) => void | Promise<void>): Promise<void>;
  /** Gives up a pipe that was never handed out, or whose other end is held by a process beyond reach; draining then ends. */
  discard(): void;
}
