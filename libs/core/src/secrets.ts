// API keys of ours, hashes of passwords, and what somebody pastes from an Authorization header.
const CREDENTIAL = /waybill_[0-9A-Za-z]{49}|\$argon2(id|i|d)\$v=|^Bearer \S{20,}$/i;
// 256 random bits in base64url, as a session's token is, or more.
const RANDOM_RUN = /[\w-]{43,}/g;
const REDACTED = '[redacted]';

/** Each secret as it stands in JSON. */
const known = new Map<string, string>();

/** From now on this text is treated as a credential, whatever it looks like. */
export function knowSecret(secret: string): void {
  known.set(secret, JSON.stringify(secret).slice(1, -1));
}

/** Whether a text holds what is, or looks like, a credential of ours. */
export function holdsCredential(text: string): boolean {
  const folded = text.toLowerCase();
  return (
    CREDENTIAL.test(text) ||
    (text.match(RANDOM_RUN) ?? []).some(isRandom) ||
    [...known.keys()].some((secret) => folded.includes(secret.toLowerCase()))
  );
}

/**
 * Puts `[redacted]` in place of a text that holds a credential. Callers choose names, addresses and headers themselves, so
 * that a secret pasted into one is no fault of ours.
 */
export const redacted = (text: string): string => (holdsCredential(text) ? REDACTED : text);

/** Lines of JSON without the credentials in them; the rest of them stays. */
export function redactedLines(lines: string): string {
  let text = lines.replace(RANDOM_RUN, (run) => (isRandom(run) ? REDACTED : run));
  for (const secret of known.values()) text = text.replaceAll(secret, REDACTED);
  return text;
}

// Of 43 random characters some are capitals and some are not; a digest in hex and a slug have one case alone.
const isRandom = (run: string): boolean => /[a-z]/.test(run) && /[A-Z]/.test(run);
