// Waybill's API keys, password hashes, and pasted Authorization headers.
const CREDENTIAL = /waybill_[0-9A-Za-z]{49}|\$argon2(id|i|d)\$v=|^Bearer \S{20,}$/i;
// 256 random bits or more in base64url, such as a session token.
const RANDOM_RUN = /[\w-]{43,}/g;
const REDACTED = '[redacted]';

/** Each secret with its JSON-escaped form. */
const known = new Map<string, string>();

/** Registers a text as a credential, whatever its format. */
export function knowSecret(secret: string): void {
  known.set(secret, JSON.stringify(secret).slice(1, -1));
}

/** Whether a text contains a known credential, or something that looks like one. */
export function holdsCredential(text: string): boolean {
  const folded = text.toLowerCase();
  return (
    CREDENTIAL.test(text) ||
    (text.match(RANDOM_RUN) ?? []).some(isRandom) ||
    [...known.keys()].some((secret) => folded.includes(secret.toLowerCase()))
  );
}

/**
 * Replaces a text that contains a credential by `[redacted]`. Callers choose names, addresses and headers themselves,
 * so they may paste a secret into one.
 */
export const redacted = (text: string): string => (holdsCredential(text) ? REDACTED : text);

/** Replaces the credentials in lines of JSON by `[redacted]`. */
export function redactedLines(lines: string): string {
  let text = lines.replace(RANDOM_RUN, (run) => (isRandom(run) ? REDACTED : run));
  for (const secret of known.values()) text = text.replaceAll(secret, REDACTED);
  return text;
}

// A random run of 43 characters mixes upper and lower case; a hex digest or a slug has a single case.
const isRandom = (run: string): boolean => /[a-z]/.test(run) && /[A-Z]/.test(run);
