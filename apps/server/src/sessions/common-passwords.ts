let common: Promise<ReadonlySet<string>> | undefined;

// Half a megabyte that only setting a password needs.
async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common']);
}

/**
 * Whether a password is in a packaged list of those that are tried first, in whatever case, or is one of them with digits
 * and signs around it.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const list = await (common ??= load());
  const lower = password.toLowerCase();
  const core = lower.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return list.has(lower) || list.has(core);
}
