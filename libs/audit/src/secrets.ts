import { redacted } from '@waybill/core';

const SECRET_NAME = /passw|secret|token|cookie|hash|totp|recovery|(^|_)(api_?)?key$/i;

/**
 * Returns a copy with every string redacted, at any depth, in case a caller passes a secret.
 * @throws Error (a programming error) if a field has the name of a secret.
 */
export function withoutSecrets(value: unknown, path = ''): unknown {
  if (typeof value === 'string') return redacted(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((member, index) => withoutSecrets(member, `${path}/${index}`));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (SECRET_NAME.test(name))
        throw new Error(`${path}/${name} names a secret; the audit log must not hold secrets`);
      return [name, withoutSecrets(member, `${path}/${name}`)];
    }),
  );
}
