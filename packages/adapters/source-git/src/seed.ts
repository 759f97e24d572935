import type { UsersRepository } from "./surroundings.ts";
import type { UsersConfiguration } from "./users-configuration.ts";

export interface Seed {
  readonly repository: UsersRepository;
  readonly prefix: string;
  readonly configuration: UsersConfiguration;
  readonly into: string;
}

export async function seedIndex(_seed: Seed): Promise<readonly string[]> {
  return [];
}
