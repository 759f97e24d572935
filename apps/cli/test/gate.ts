import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** A step that stands at the gate. */
export class Visitor {
  readonly #socket: Socket;
  /** Resolves when the step has gone, let through or not. */
  readonly gone: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => undefined);
    this.gone = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  letThrough(): void {
    this.#socket.write("go\n");
  }
}

/** Holds steps until the test lets them through; needs no sleep on either side, and sees when a step dies. */
export class Gate implements AsyncDisposable {
  readonly #server: Server;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #arrived: { readonly name: string; readonly visitor: Visitor }[] = [];
  #news = Promise.withResolvers<void>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
    server.on("connection", (socket) => this.#welcome(socket));
  }

  static async open(): Promise<Gate> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the gate has no port");
    return new Gate(server, address.port);
  }

  /** Shell words for a step with `shell: "/bin/bash -e"`: says its name and waits. */
  pass(name: string): string {
    return `exec 3<>/dev/tcp/127.0.0.1/${this.#port}; echo ${name} >&3; read answer <&3; exec 3>&-`;
  }

  /** The next step that says this name. */
  async arrival(name: string): Promise<Visitor> {
    for (;;) {
      const at = this.#arrived.findIndex((each) => each.name === name);
      const [found] = at === -1 ? [] : this.#arrived.splice(at, 1);
      if (found !== undefined) return found.visitor;
      await this.#news.promise;
    }
  }

  /** How many have come by this name and were not asked for. */
  waiting(name: string): number {
    return this.#arrived.filter((each) => each.name === name).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    const visitor = new Visitor(socket);
    createInterface(socket).once("line", (name) => {
      this.#arrived.push({ name, visitor });
      this.#news.resolve();
      this.#news = Promise.withResolvers<void>();
    });
  }
}
