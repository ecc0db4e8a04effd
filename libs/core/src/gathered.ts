/** How work is gathered. */
export interface GatheredOptions {
  /** How many pieces are done together at most. */
  most: number;
  /** How many batches may be under way at once. */
  lanes: number;
  /** Whether a batch that failed so is done again piece by piece, so that a bad one costs only itself. */
  doneAloneAfter?: (error: unknown) => boolean;
}

interface Piece<Wanted, Got> {
  wanted: Wanted;
  resolve(got: Got): void;
  reject(error: unknown): void;
}

/**
 * Does together what many callers want at the same time: all that is asked for in one turn of the event loop, or while as many
 * batches as may be are under way. Without company, a call waits for nothing.
 */
export class Gathered<Wanted, Got> {
  private waiting: Piece<Wanted, Got>[] = [];
  private underWay = 0;
  private scheduled = false;

  /** @param work does a batch. @returns what came of each piece, in their order. */
  constructor(
    private readonly work: (batch: Wanted[]) => Promise<readonly Got[]>,
    private readonly options: GatheredOptions,
  ) {}

  /** How many pieces no batch has taken yet. */
  get left(): number {
    return this.waiting.length;
  }

  do(wanted: Wanted): Promise<Got> {
    return new Promise<Got>((resolve, reject) => {
      this.waiting.push({ wanted, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.waiting.length === 0 || this.underWay >= this.options.lanes) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const batch = this.waiting.splice(0, this.options.most);
      this.underWay++;
      void this.run(batch).finally(() => {
        this.underWay--;
        this.schedule();
      });
      this.schedule();
    });
  }

  private async run(batch: Piece<Wanted, Got>[]): Promise<void> {
    try {
      const got = await this.work(batch.map(({ wanted }) => wanted));
      for (const [n, { resolve }] of batch.entries()) resolve(got[n] as Got);
    } catch (error) {
      if (batch.length > 1 && this.options.doneAloneAfter?.(error))
        for (const one of batch) await this.run([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
