const SECRET_NAME = /passw|secret|token|cookie|hash|totp|recovery|(^|_)(api_?)?key$/i;
const SECRET_VALUE = /waybill_[0-9A-Za-z]{49}|\$argon2(id|i|d)\$v=|^Bearer \S{20,}$/i;

const REDACTED = '[redacted]';

/**
 * Puts `[redacted]` in place of a text that holds an API key, a bearer token or a password's hash. Callers choose names,
 * addresses and headers themselves, so that a secret pasted into one is no fault of ours.
 */
export const redacted = (text: string): string => (SECRET_VALUE.test(text) ? REDACTED : text);

/**
 * A copy in which every text is redacted, however deep: the last line of defence against a careless caller.
 * @throws Error where a field's name says that it is a secret, which only a programmer can have written.
 */
export function withoutSecrets(value: unknown, path = ''): unknown {
  if (typeof value === 'string') return redacted(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((member, index) => withoutSecrets(member, `${path}/${index}`));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (SECRET_NAME.test(name))
        throw new Error(`${path}/${name} names a secret, which the audit log may not have`);
      return [name, withoutSecrets(member, `${path}/${name}`)];
    }),
  );
}
