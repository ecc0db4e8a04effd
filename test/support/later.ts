/**
 * An object that a hook fills. A suite may destructure it when the suite is defined.
 * Reading it earlier throws an error.
 */
export function later<T extends object>(what: string): { value: T; fill(made: T): void } {
  let made: T | undefined;
  const target = (): T => {
    if (!made) throw new Error(`${what} is not available yet: use it in a hook or a test`);
    return made;
  };
  const value = new Proxy({} as T, {
    get: (_, key) => {
      const member: unknown = Reflect.get(target(), key);
      return typeof member === 'function' ? (member.bind(target()) as unknown) : member;
    },
    has: (_, key) => Reflect.has(target(), key),
  });
  return { value, fill: (one) => (made = one) };
}
