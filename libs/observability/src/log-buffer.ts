/** Destination of the log. `write` is synchronous. */
export interface LogOutput {
  write(text: string): unknown;
}

/** About 80 lines of requests. */
const MAX_LENGTH = 16_384;
const MAX_DELAY_MS = 50;

/**
 * Buffers log lines and writes many at once: one write per line took a quarter of the CPU time of a small request. A
 * line waits at most 50 ms. The buffer is flushed when the process exits, when it logs a `fatal` line (pino calls
 * `flushSync`), and after an uncaught exception. Only SIGKILL loses lines.
 */
export class LogBuffer {
  private lines = '';
  private timer: NodeJS.Timeout | undefined;

  /** @param edit changes the text before it is written. */
  constructor(
    private readonly output: LogOutput,
    private readonly edit: (lines: string) => string,
  ) {
    process.on('exit', () => this.flushSync());
  }

  write(line: string): void {
    this.lines += line;
    if (this.lines.length >= MAX_LENGTH) this.flushSync();
    else this.timer ??= setTimeout(() => this.flushSync(), MAX_DELAY_MS).unref();
  }

  flushSync(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.lines === '') return;
    const lines = this.lines;
    this.lines = '';
    this.output.write(this.edit(lines));
  }
}
