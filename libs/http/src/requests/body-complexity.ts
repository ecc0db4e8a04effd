import { BodyTooComplexError } from '../problems/errors';

/** Maximum number of fields and list items in a body, across all levels. */
export const MAX_VALUES = 2_000;

/** Maximum depth of nested lists and objects. Deeper JSON would exhaust the stack of a recursive walk. */
export const MAX_DEPTH = 16;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACE = 0x20;

/**
 * Checks whether JSON is too expensive to parse and validate. Reads the bytes once and stops at the first value beyond
 * a limit. Does not check whether the JSON is valid.
 * @returns undefined if the body is within the limits.
 */
export function checkComplexity(json: Uint8Array): BodyTooComplexError | undefined {
  let [depth, values] = [0, 0];
  let hasJustOpened = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number;
    if (byte <= SPACE) continue;
    const closes = byte === CLOSE_LIST || byte === CLOSE_OBJECT;
    // Each further value follows a comma. The first value follows the opening bracket of a non-empty list or object.
    if (byte === COMMA || (hasJustOpened && !closes)) values++;
    hasJustOpened = byte === OPEN_LIST || byte === OPEN_OBJECT;
    if (hasJustOpened) depth++;
    else if (closes) depth--;
    else if (byte === QUOTE) at = endOfString(json, at);
    if (depth > MAX_DEPTH) return BodyTooComplexError.ofDepth(MAX_DEPTH);
    if (values > MAX_VALUES) return BodyTooComplexError.ofValues(MAX_VALUES);
  }
  return undefined;
}

function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
