import { createHash } from 'node:crypto';

/**
 * A SHA-256 of a parsed JSON body: the same for bodies that differ only in the order of their members, in white space or in
 * how a number or a character is written. Its depth is bounded where it is read.
 */
export function digestOfBody(body: unknown): Buffer {
  return createHash('sha256').update(canonical(body)).digest();
}

function canonical(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(',')}]`;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
