export interface BatcherOptions {
  /** Maximum number of items in a batch. */
  maxSize: number;
  /** Maximum number of batches that run at the same time. */
  concurrency: number;
  /** Whether to retry the items of a failed batch one by one, so that an invalid item fails alone. Default: never. */
  retryIndividually?: (error: unknown) => boolean;
}

interface Call<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Batches concurrent calls. A batch contains the calls of one turn of the event loop, or the calls that waited while
 * the maximum number of batches was running. A single call is not delayed.
 */
export class Batcher<Item, Result> {
  private waiting: Call<Item, Result>[] = [];
  private running = 0;
  private scheduled = false;

  /** @param process handles a batch. @returns one result per item, in the same order. */
  constructor(
    private readonly process: (batch: Item[]) => Promise<readonly Result[]>,
    private readonly options: BatcherOptions,
  ) {}

  /** Number of items that are not in a batch yet. */
  get waitingCount(): number {
    return this.waiting.length;
  }

  /** Adds an item to the next batch. @returns the result for this item. */
  add(item: Item): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    const { maxSize, concurrency } = this.options;
    if (this.scheduled || this.waiting.length === 0 || this.running >= concurrency) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const batch = this.waiting.splice(0, maxSize);
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
      const results = await this.process(batch.map(({ item }) => item));
      for (const [n, { resolve }] of batch.entries()) resolve(results[n] as Result);
    } catch (error) {
      if (batch.length > 1 && this.options.retryIndividually?.(error))
        for (const call of batch) await this.run([call]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
