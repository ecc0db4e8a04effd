let common: Promise<ReadonlySet<string>> | undefined;

// Loaded on demand: the list takes half a megabyte, and only new passwords are checked.
async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common']);
}

// A password with fewer choices is easy to guess, whatever its length.
const MIN_CHOICES = 5;

/**
 * Whether a password is easy to guess: it is in the packaged list of common passwords (in any case), is such a password
 * repeated or surrounded by digits and signs, or consists mostly of runs and repeats (`123456123456`, `111111111111`,
 * `a!!!!!!!!!!!`).
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const list = await (common ??= load());
  // The same normalization as for hashing: full-width letters make the same password.
  const lower = password.normalize('NFKC').toLowerCase();
  const core = lower.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const unit = repeatedUnit(lower);
  return list.has(lower) || list.has(core) || list.has(unit) || choicesIn(unit) < MIN_CHOICES;
}

/** Returns the shortest prefix whose repetition makes the whole text; the last repetition may be partial. */
function repeatedUnit(text: string): string {
  let length = 1;
  while (length < text.length && !text.startsWith(text.slice(length))) length++;
  return text.slice(0, length);
}

/** Counts the characters that neither repeat nor continue the previous one, up or down; 9 and 0 are adjacent. */
function choicesIn(text: string): number {
  const codes = Array.from(text, (character) => character.codePointAt(0) as number);
  return codes.filter((code, n) => n === 0 || !isNextTo(code, codes[n - 1] as number)).length;
}

const DIGITS_APART = 9;

function isNextTo(code: number, before: number): boolean {
  const step = Math.abs(code - before);
  return step <= 1 || (step === DIGITS_APART && /^(09|90)$/.test(String.fromCodePoint(before, code)));
}
