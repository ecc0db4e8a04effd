import { hash, verify } from '@node-rs/argon2';

/** The functions of the Argon2 library that passwords need. */
export interface Argon2 {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

/** Injection token of `Argon2`. */
export const ARGON2 = Symbol('ARGON2');

/**
 * Argon2id with the parameters of OWASP's password storage cheat sheet: 19 MiB, two passes, one lane. The library's
 * default is Argon2id.
 */
export const ARGON2_PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const argon2id: Argon2 = {
  hash: (password) => hash(password, ARGON2_PARAMETERS),
  verify: (stored, password) => verify(stored, password),
};
