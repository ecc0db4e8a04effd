/** Remembers so many keys and no more: the one that was not touched for longest goes first. */
export class RecentKeys {
  private readonly keys = new Set<string>();

  constructor(private readonly max: number) {}

  /** @returns whether it is remembered; if so, it is the newest now. */
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
