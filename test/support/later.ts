/**
 * Creates a placeholder for an object that a hook creates later. A suite can destructure the result when the suite is
 * defined. Reading the value before the hook has filled it throws an error.
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
