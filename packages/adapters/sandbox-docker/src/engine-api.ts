import type { Duplex } from "node:stream";

/** The calls of a Docker Engine that this package makes, as dockerode names them. API 1.41 has them all. */
export interface EngineApi {
  createContainer(options: ContainerOptions): Promise<Container>;
  getContainer(id: string): Container;
  getImage(name: string): Image;
  getVolume(name: string): { remove(options: { force: boolean }): Promise<unknown> };
  listContainers(options: Listing & { all: boolean }): Promise<readonly { readonly Id: string }[]>;
  listImages(options: Listing): Promise<readonly ListedImage[]>;
  listVolumes(options: Listing): Promise<{ readonly Volumes: readonly { readonly Name: string }[] | null }>;
  pull(name: string, options: { authconfig?: object }): Promise<NodeJS.ReadableStream>;
  version(): Promise<{
    readonly Version: string;
    readonly ApiVersion: string;
    readonly Components?: readonly { readonly Name: string }[] | null;
  }>;
  info(): Promise<{ readonly OperatingSystem: string; readonly Driver: string; readonly SecurityOptions?: readonly string[] | null }>;
  importImage(stream: NodeJS.ReadableStream, options: { repo: string; tag: string; changes: string }): Promise<NodeJS.ReadableStream>;
}

export interface Container {
  readonly id: string;
  attach(options: AttachOptions): Promise<Duplex>;
  start(): Promise<unknown>;
  wait(): Promise<{ readonly StatusCode: number }>;
  kill(options: { signal: string }): Promise<unknown>;
  remove(options: { force: boolean; v: boolean }): Promise<unknown>;
  /** A list of {@link Change}, or something else where there is none. */
  changes(): Promise<unknown>;
  commit(options: CommitOptions): Promise<{ readonly Id: string }>;
  exec(options: { Cmd: string[]; User: string }): Promise<{ start(options: { Detach: boolean }): Promise<NodeJS.ReadableStream> }>;
  export(): Promise<NodeJS.ReadableStream>;
}

export interface Image {
  inspect(): Promise<ImageFacts>;
  remove(options: { force: boolean; noprune: boolean }): Promise<unknown>;
}

export interface ImageFacts {
  readonly Id: string;
  readonly Os: string;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Size: number;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly RootFS: { readonly Layers?: readonly string[] };
  readonly Config: {
    readonly Env?: readonly string[] | null;
    readonly User?: string;
    readonly Volumes?: Readonly<Record<string, unknown>> | null;
  } | null;
}

export interface ListedImage {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** A path that a container changed: modified, added or deleted. */
export interface Change {
  readonly Path: string;
  readonly Kind: number;
}

export interface CommitOptions {
  repo: string;
  tag: string;
  pause: boolean;
  changes?: string;
}

interface Listing {
  filters: { label?: string[]; reference?: string[] };
}

interface AttachOptions {
  stream: true;
  stdin: true;
  stdout: true;
  stderr: true;
  hijack: true;
}

/** What this package says of a container it wants. */
export interface ContainerOptions {
  Image: string;
  User: string;
  Env: string[];
  Entrypoint: string[];
  Cmd: string[];
  WorkingDir: string;
  Labels: Record<string, string>;
  OpenStdin: boolean;
  StdinOnce: boolean;
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  Hostname?: string;
  HostConfig: HostOptions;
}

export interface HostOptions {
  Init: boolean;
  NetworkMode: string;
  LogConfig: { Type: string; Config: Record<string, string> };
  CapDrop: string[];
  SecurityOpt: string[];
  Tmpfs: Record<string, string>;
  Mounts: Mount[];
  NanoCpus?: number;
  Memory?: number;
}

export type Mount =
  | { Type: "bind"; Source: string; Target: string; ReadOnly?: boolean }
  | {
      Type: "volume";
      Source: string;
      Target: string;
      VolumeOptions: {
        NoCopy: boolean;
        Labels: Record<string, string>;
        DriverConfig: { Name: string; Options: Record<string, string> };
      };
    };
