let common: Promise<ReadonlySet<string>> | undefined;

// Half a megabyte that only setting a password needs.
async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common']);
}

// What is made of fewer choices than this is guessed soon, however long it is.
const MIN_CHOICES = 5;

/**
 * Whether a password is in a packaged list of those that are tried first, in whatever case, or is one of them with digits
 * and signs around it or over again, or is little but runs and repeats (`123456123456`, `111111111111`, `a!!!!!!!!!!!`).
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const list = await (common ??= load());
  // As it is hashed: full-width letters make the same password.
  const lower = password.normalize('NFKC').toLowerCase();
  const core = lower.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const unit = repeatedUnit(lower);
  return list.has(lower) || list.has(core) || list.has(unit) || choicesIn(unit) < MIN_CHOICES;
}

/** The shortest beginning that makes the whole text when it is written over and over, the last time maybe in part. */
function repeatedUnit(text: string): string {
  let length = 1;
  while (length < text.length && !text.startsWith(text.slice(length))) length++;
  return text.slice(0, length);
}

/** How many characters neither repeat nor follow the one before them, up or down; 9 and 0 are neighbours. */
function choicesIn(text: string): number {
  const codes = Array.from(text, (character) => character.codePointAt(0) as number);
  return codes.filter((code, n) => n === 0 || !isNextTo(code, codes[n - 1] as number)).length;
}

const DIGITS_APART = 9;

function isNextTo(code: number, before: number): boolean {
  const step = Math.abs(code - before);
  return step <= 1 || (step === DIGITS_APART && /^(09|90)$/.test(String.fromCodePoint(before, code)));
}
