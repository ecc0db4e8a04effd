const SECRET_NAME = /passw|secret|token|cookie|hash|totp|recovery|(^|_)(api_?)?key$/i;
const SECRET_VALUE = /waybill_[0-9A-Za-z]{49}|\$argon2|^Bearer /;

/**
 * Refuses what must never be in the log, by its name or by its look: the last line of defence against a careless caller.
 * @throws Error naming the field, never its value.
 */
export function assertNoSecret(value: unknown, path = ''): void {
  if (typeof value === 'string' && SECRET_VALUE.test(value))
    throw new Error(`${path} holds a secret, which the audit log may not have`);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (SECRET_NAME.test(name))
      throw new Error(`${path}/${name} names a secret, which the audit log may not have`);
    assertNoSecret(member, `${path}/${name}`);
  }
}
