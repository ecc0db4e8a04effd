import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'waybill_';
const SECRET_LENGTH = 43; // 256 bits in base 62
const CHECKSUM_LENGTH = 6; // 32 bits in base 62
const VISIBLE_LENGTH = PREFIX.length + 6;

/**
 * Generates an API key: `waybill_`, 256 random bits in base 62, and a CRC-32 of that text, so that a secret scanner can
 * recognise a leaked key offline.
 */
export function generateApiKey(): string {
  const secret = toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH);
  return PREFIX + secret + checksumOf(secret);
}

/** Whether a text has the format and checksum of `generateApiKey`. */
function isWellFormedApiKey(text: string): boolean {
  const match = /^waybill_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/.exec(text);
  return match !== null && checksumOf(match[1] ?? '') === match[2];
}

/** Returns the public prefix that identifies a key; hides all of a key that was not generated here. */
export const visiblePrefix = (key: string): string =>
  isWellFormedApiKey(key) ? key.slice(0, VISIBLE_LENGTH) : '(configured)';

/** Hashes a secret of 256 random bits. A slow hash would not make it safer. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

const checksumOf = (text: string): string => toBase62(BigInt(crc32(text)), CHECKSUM_LENGTH);

function toBase62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n)
    digits = BASE62.charAt(Number(rest % 62n)) + digits;
  return digits;
}
