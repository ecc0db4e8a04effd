/** Limits of the batches. */
export interface GatheredOptions {
  /** Maximum size of a batch. */
  most: number;
  /** Maximum number of batches that run at the same time. */
  lanes: number;
  /** Whether to retry the items of a failed batch one by one, so that an invalid item fails alone. */
  doneAloneAfter?: (error: unknown) => boolean;
}

interface Call<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Batches concurrent calls. A batch contains the calls of one turn of the event loop, or those that waited while the
 * maximum number of batches was running. A single call is not delayed.
 */
export class Gathered<Item, Result> {
  private waiting: Call<Item, Result>[] = [];
  private running = 0;
  private scheduled = false;

  /** @param work processes a batch. @returns one result per item, in the same order. */
  constructor(
    private readonly work: (batch: Item[]) => Promise<readonly Result[]>,
    private readonly options: GatheredOptions,
  ) {}

  /** Number of items that are not in a batch yet. */
  get left(): number {
    return this.waiting.length;
  }

  do(item: Item): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.waiting.length === 0 || this.running >= this.options.lanes) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const batch = this.waiting.splice(0, this.options.most);
      this.running++;
      void this.run(batch).finally(() => {
        this.running--;
        this.schedule();
      });
      this.schedule();
    });
  }

  private async run(batch: Call<Item, Result>[]): Promise<void> {
    try {
      const results = await this.work(batch.map(({ item }) => item));
      for (const [n, { resolve }] of batch.entries()) resolve(results[n] as Result);
    } catch (error) {
      if (batch.length > 1 && this.options.doneAloneAfter?.(error))
        for (const one of batch) await this.run([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
