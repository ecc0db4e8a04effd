import type { Download } from './cbr-client';
import { refused } from './upstream-error';

/** @throws UpstreamError when the document says or shows that it is not UTF-8. */
export function decodeUtf8({ bytes, charset }: Download): string {
  if (charset !== null && charset !== 'utf-8' && charset !== 'utf8') throw refused(`charset ${charset}`);
  return strictUtf8(bytes) ?? raise('not UTF-8');
}

/** @throws UpstreamError when the document says or shows that it is not windows-1251. */
export function decodeWindows1251({ bytes, charset }: Download): string {
  if (charset !== null && charset !== 'windows-1251') throw refused(`charset ${charset}`);
  // Any bytes are windows-1251; but Cyrillic in it is never UTF-8, so what reads as UTF-8 was mislabelled.
  const ascii = bytes.every((byte) => byte < 0x80);
  if (!ascii && strictUtf8(bytes) !== null) raise('UTF-8 where windows-1251 is due');
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
