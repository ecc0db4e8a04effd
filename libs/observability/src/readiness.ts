import { Injectable } from '@nestjs/common';
import { UnavailableError, withTimeout } from '@waybill/core';

/** Throws, or does not resolve in time, if the process can't do its work. */
export type ReadinessCheck = () => Promise<unknown>;

const CHECK_TIMEOUT_MS = 2_000;

/** Whether this process is ready for work. */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private draining = false;

  /** Registers a check under the name that `/readyz` shows. */
  require(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Marks the process as not ready, because it is about to stop. */
  drain(): void {
    this.draining = true;
  }

  /** @throws UnavailableError that names the failed checks. */
  async assert(): Promise<void> {
    const missing = await this.missing();
    if (missing.length > 0) throw new UnavailableError(`Not ready: ${missing.join(', ')}.`, 1);
  }

  /** Returns the names of the failed checks; empty when ready. */
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
