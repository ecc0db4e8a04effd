import { Injectable } from '@nestjs/common';
import { UnavailableError, withTimeout } from '@waybill/core';

/** Throws, or resolves late, where the process can't do its work. */
export type ReadinessCheck = () => Promise<unknown>;

const CHECK_TIMEOUT_MS = 2_000;

/** Whether this process should be sent work. */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private draining = false;

  /** Registers what must hold, by the name under which `/readyz` shows it. */
  require(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** From now on the process is not ready: it is about to stop. */
  drain(): void {
    this.draining = true;
  }

  /** @throws UnavailableError naming what is not as it must be. */
  async assert(): Promise<void> {
    const missing = await this.missing();
    if (missing.length > 0) throw new UnavailableError(`Not ready: ${missing.join(', ')}.`, 1);
  }

  /** The names of what is not as it must be; empty when ready. */
  async missing(): Promise<string[]> {
    if (this.draining) return ['draining'];
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => ((await holds(check)) ? [] : [name])),
    );
    return results.flat();
  }
}

function holds(check: ReadinessCheck): Promise<boolean> {
  return withTimeout(check(), CHECK_TIMEOUT_MS).then(
    () => true,
    () => false,
  );
}
