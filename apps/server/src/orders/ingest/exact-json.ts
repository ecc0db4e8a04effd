import type { Rejection } from './rejection';

const MAX_DEPTH = 32;
// Matches a number, or a string. The group matches the colon after a key.
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*/g;
const SAFE_DIGITS = 15;

/** A parsed value, or the reason why JavaScript can't represent the JSON exactly. */
export type ExactJson = { value: unknown } | { rejection: Rejection };

/**
 * Parses JSON. Rejects what `JSON.parse` would silently change: duplicate keys, and numbers that a double can't
 * represent. Also rejects deep nesting, and text that PostgreSQL can't store.
 */
export function parseExactly(text: string): ExactJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return rejected('malformed_json', 'The message is not valid JSON.');
  }
  const parsed = inspect(value, '', 0);
  if (parsed.rejection) return parsed as { rejection: Rejection };
  const tokens = tokensOf(text);
  if (tokens.inexact !== undefined)
    return rejected(
      'number_out_of_range',
      `The number ${tokens.inexact} is too large or too precise to be read exactly.`,
    );
  // JSON.parse keeps only the last of several equal keys, so the value has fewer keys than the text.
  if (tokens.keys !== parsed.keys)
    return rejected('duplicate_key', 'An object in the message repeats a key.');
  return { value };
}

// Counts the keys of a value at all levels, and rejects unsafe text and deep nesting.
function inspect(value: unknown, pointer: string, depth: number): { keys: number; rejection?: Rejection } {
  if (typeof value === 'string') return isStorable(value) ? { keys: 0 } : unsafe(pointer);
  if (typeof value !== 'object' || value === null) return { keys: 0 };
  if (depth === MAX_DEPTH)
    return { keys: 0, ...rejected('too_deep', `The message is nested more than ${MAX_DEPTH} levels deep.`) };
  let keys = 0;
  const isArray = Array.isArray(value);
  for (const [key, child] of Object.entries(value)) {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!isArray && !isStorable(key)) return unsafe(pointer);
    const inner = inspect(child, at, depth + 1);
    if (inner.rejection) return inner;
    keys += inner.keys + (isArray ? 0 : 1);
  }
  return { keys };
}

function tokensOf(text: string): { keys: number; inexact?: string } {
  let keys = 0;
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (colon !== undefined) keys++;
    else if (!token.startsWith('"') && !isExact(token)) return { keys, inexact: token.slice(0, 40) };
  }
  return { keys };
}

// A double represents up to 15 significant digits exactly, and whole numbers up to 2^53 - 1.
function isExact(token: string): boolean {
  if (token.length <= SAFE_DIGITS && !/[eE]/.test(token)) return true;
  const number = Number(token);
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(number);
  const digits = token
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return Number.isFinite(number) && digits.length <= SAFE_DIGITS && (number !== 0 || !/[1-9]/.test(digits));
}

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

const unsafe = (pointer: string) => ({
  keys: 0,
  ...rejected(
    'unsafe_text',
    'A string in the message contains a NUL character or an unpaired surrogate.',
    pointer,
  ),
});

const rejected = (reason: Rejection['reason'], detail: string, pointer?: string) => ({
  rejection: { reason, detail, ...(pointer !== undefined && { pointer }) },
});
