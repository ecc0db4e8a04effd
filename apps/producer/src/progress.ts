const WIDTH = 30;
const REFRESH_MS = 100;

/** Shows a progress bar on a terminal, or nothing elsewhere. @param total undefined if it is not known */
export class Progress {
  private shownAt = 0;

  constructor(
    private readonly total: number | undefined,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  show(done: number): void {
    if (!this.out.isTTY || performance.now() - this.shownAt < REFRESH_MS) return;
    this.shownAt = performance.now();
    this.out.write(`\r\x1b[K${this.line(done)}`);
  }

  end(done: number): void {
    if (this.out.isTTY) this.out.write(`\r\x1b[K${this.line(done)}\n`);
  }

  private line(done: number): string {
    if (this.total === undefined) return `${done} messages`;
    const filled = Math.round((done / this.total) * WIDTH);
    return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done}/${this.total}`;
  }
}
