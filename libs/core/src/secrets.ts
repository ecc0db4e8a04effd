// API keys of ours, hashes of passwords, and what somebody pastes from an Authorization header.
const CREDENTIAL = /waybill_[0-9A-Za-z]{49}|\$argon2(id|i|d)\$v=|^Bearer \S{20,}$/i;
// 256 random bits in base64url, as a session's token is, or more.
const RANDOM_RUN = /[\w-]{43,}/g;
const REDACTED = '[redacted]';

const known = new Set<string>();

/** From now on this text is treated as a credential, whatever it looks like. */
export function knowSecret(secret: string): void {
  known.add(secret);
}

/** Whether a text holds what is, or looks like, a credential of ours. */
export function holdsCredential(text: string): boolean {
  const folded = text.toLowerCase();
  return (
    CREDENTIAL.test(text) ||
    (text.match(RANDOM_RUN) ?? []).some(isRandom) ||
    [...known].some((secret) => folded.includes(secret.toLowerCase()))
  );
}

/**
 * Puts `[redacted]` in place of a text that holds a credential. Callers choose names, addresses and headers themselves, so
 * that a secret pasted into one is no fault of ours.
 */
export const redacted = (text: string): string => (holdsCredential(text) ? REDACTED : text);

/** A line of JSON without the credentials in it; the rest of it stays. */
export function redactedLine(line: string): string {
  const shapeless = line.replace(RANDOM_RUN, (run) => (isRandom(run) ? REDACTED : run));
  return [...known].reduce(
    (text, secret) => text.replaceAll(JSON.stringify(secret).slice(1, -1), REDACTED),
    shapeless,
  );
}

// Of 43 random characters some are capitals and some are not; a digest in hex and a slug have one case alone.
const isRandom = (run: string): boolean => /[a-z]/.test(run) && /[A-Z]/.test(run);
