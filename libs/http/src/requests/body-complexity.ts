import { BodyTooComplexError } from '../problems/errors';

/** The largest number of fields and list items that a body may hold, at all its levels together. */
export const MAX_VALUES = 2_000;

/** How many lists and objects may stand in each other. Deeper JSON would exhaust the stack of a recursive walk. */
export const MAX_DEPTH = 16;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACE = 0x20;

/**
 * Finds a JSON text that would cost too much to parse and to validate. It reads the bytes once and stops at the first value
 * beyond a limit; text that is not JSON is the parser's to refuse.
 * @returns undefined where the body is within the limits.
 */
export function findComplexity(json: Uint8Array): BodyTooComplexError | undefined {
  let [depth, values] = [0, 0];
  let hasJustOpened = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number;
    if (byte <= SPACE) continue;
    const closes = byte === CLOSE_LIST || byte === CLOSE_OBJECT;
    // A comma begins a further value; the first one follows the bracket of a list or an object that is not empty.
    if (byte === COMMA || (hasJustOpened && !closes)) values++;
    hasJustOpened = byte === OPEN_LIST || byte === OPEN_OBJECT;
    if (hasJustOpened) depth++;
    else if (closes) depth--;
    else if (byte === QUOTE) at = endOfText(json, at);
    if (depth > MAX_DEPTH) return BodyTooComplexError.ofDepth(MAX_DEPTH);
    if (values > MAX_VALUES) return BodyTooComplexError.ofValues(MAX_VALUES);
  }
  return undefined;
}

function endOfText(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
