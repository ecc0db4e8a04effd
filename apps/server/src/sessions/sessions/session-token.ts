import { randomBytes } from 'node:crypto';
import { redacted } from '@waybill/core';
import { v7 as uuidv7 } from 'uuid';
import { hashSecret } from '../api-keys/api-key-format';

const TOKEN_BYTES = 32;
const MAX_DEVICE_LENGTH = 256;

/** Generates a secret for a cookie. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** Generates a session's ID and token. Only the digest of the token is stored. */
export function newIdentity(): { id: string; token: string; tokenHash: Buffer } {
  const token = newToken();
  return { id: uuidv7(), token, tokenHash: hashSecret(token) };
}

/** Returns the stored part of a `User-Agent` header, which callers control. */
export const deviceOf = (userAgent: string | undefined): string | null =>
  userAgent === undefined ? null : redacted(userAgent).slice(0, MAX_DEVICE_LENGTH);
