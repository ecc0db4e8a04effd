import type { Download } from './cbr-client';
import { refused } from './upstream-error';

/** @throws UpstreamError if the declared charset or the bytes are not UTF-8. */
export function decodeUtf8({ bytes, charset }: Download): string {
  if (charset !== null && charset !== 'utf-8' && charset !== 'utf8') throw refused(`charset ${charset}`);
  return strictUtf8(bytes) ?? raise('not UTF-8');
}

/** @throws UpstreamError if the declared charset or the bytes are not windows-1251. */
export function decodeWindows1251({ bytes, charset }: Download): string {
  if (charset !== null && charset !== 'windows-1251') throw refused(`charset ${charset}`);
  // Any bytes are valid windows-1251, but Cyrillic text in windows-1251 is never valid UTF-8. A document that decodes
  // as UTF-8 is mislabelled.
  const ascii = bytes.every((byte) => byte < 0x80);
  if (!ascii && strictUtf8(bytes) !== null) raise('UTF-8 instead of windows-1251');
  return new TextDecoder('windows-1251').decode(bytes);
}

function strictUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function raise(detail: string): never {
  throw refused(detail);
}
