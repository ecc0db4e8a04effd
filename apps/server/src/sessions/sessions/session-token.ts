import { randomBytes } from 'node:crypto';
import { redacted } from '@waybill/core';
import { v7 as uuidv7 } from 'uuid';
import { hashSecret } from '../api-keys/api-key-format';

const TOKEN_BYTES = 32;
const MAX_DEVICE_LENGTH = 256;

/** A new secret for a cookie. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** A new session's identity, and the token that proves it: only the digest of the token is kept. */
export function newIdentity(): { id: string; token: string; tokenHash: Buffer } {
  const token = newToken();
  return { id: uuidv7(), token, tokenHash: hashSecret(token) };
}

/** What is kept of a `User-Agent`, which may be anything that a caller sends. */
export const deviceOf = (userAgent: string | undefined): string | null =>
  userAgent === undefined ? null : redacted(userAgent).slice(0, MAX_DEVICE_LENGTH);
