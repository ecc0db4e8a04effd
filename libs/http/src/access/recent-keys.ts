/** A bounded set of keys that evicts the least recently used one. */
export class RecentKeys {
  private readonly keys = new Set<string>();

  constructor(private readonly max: number) {}

  /** Marks a key as the most recently used. @returns whether it was in the set. */
  touch(key: string): boolean {
    const isKnown = this.keys.delete(key);
    if (isKnown) this.keys.add(key);
    return isKnown;
  }

  add(key: string): void {
    this.keys.delete(key);
    this.keys.add(key);
    if (this.keys.size > this.max) this.keys.delete(this.keys.values().next().value as string);
  }

  delete(key: string): void {
    this.keys.delete(key);
  }
}
