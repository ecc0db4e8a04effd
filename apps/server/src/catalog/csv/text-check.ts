import { isUtf8 } from 'node:buffer';
import { MalformedCsvError } from './csv.errors';

const NEWLINE = 0x0a;
/** A character has at most four bytes, so an incomplete one at the end of a chunk has at most three. */
const MAX_INCOMPLETE = 3;

/**
 * Validates UTF-8 text, and yields it in chunks that do not split a character.
 * @throws MalformedCsvError that names the line of an invalid byte or a NUL, which PostgreSQL can't store.
 */
export async function* checkedText(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let incomplete: Buffer = Buffer.alloc(0);
  let line = 1;
  for await (const chunk of source) {
    const bytes = incomplete.length === 0 ? chunk : Buffer.concat([incomplete, chunk]);
    const end = bytes.length - incompleteAtEnd(bytes);
    const text = bytes.subarray(0, end);
    if (!isUtf8(text) || text.includes(0)) throw faultIn(text, line);
    line += countNewlines(text);
    incomplete = bytes.subarray(end);
    if (text.length > 0) yield text;
  }
  if (incomplete.length > 0) throw notUtf8(line);
}

/** Returns how many bytes at the end belong to a character that is not complete yet. */
function incompleteAtEnd(bytes: Buffer): number {
  for (let count = 1; count <= Math.min(MAX_INCOMPLETE, bytes.length); count++) {
    const byte = bytes[bytes.length - count] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthOf(byte) > count ? count : 0;
  }
  return 0;
}

const lengthOf = (firstByte: number): number => (firstByte >= 0xf0 ? 4 : firstByte >= 0xe0 ? 3 : 2);

// In UTF-8, the byte of a newline is part of no other character, so each line can be checked alone.
function faultIn(text: Buffer, firstLine: number): MalformedCsvError {
  let line = firstLine;
  for (let start = 0; start < text.length; line++) {
    const newline = text.indexOf(NEWLINE, start);
    const end = newline < 0 ? text.length : newline;
    const bytes = text.subarray(start, end);
    if (!isUtf8(bytes)) return notUtf8(line);
    if (bytes.includes(0)) return new MalformedCsvError('nul', `Line ${line} contains a NUL character.`);
    start = end + 1;
  }
  return notUtf8(firstLine);
}

const notUtf8 = (line: number): MalformedCsvError =>
  new MalformedCsvError('not_utf8', `Line ${line} is not valid UTF-8. Save the file as UTF-8.`);

function countNewlines(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
