import { hash, verify } from '@node-rs/argon2';

/** The two functions of the Argon2 library that passwords need. */
export interface Argon2 {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

/** The injection token of `Argon2`. */
export const ARGON2 = Symbol('ARGON2');

/** Argon2id as OWASP's password storage cheat sheet has it: 19 MiB, two passes, one lane. Argon2id is the library's default. */
export const ARGON2_PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const argon2id: Argon2 = {
  hash: (password) => hash(password, ARGON2_PARAMETERS),
  verify: (stored, password) => verify(stored, password),
};
