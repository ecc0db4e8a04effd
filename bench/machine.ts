import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** The machine and date of a measurement. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  date: string;
  /** Fraction of all cores that other processes used before the run. */
  busyBefore: number;
}

/** Above this fraction, other processes affect the results. */
export const BUSY_THRESHOLD = 0.1;
const SAMPLE_MS = 1_500;

/** Measures the machine's load while the bench is idle. */
export async function describeMachine(now: Date): Promise<Machine> {
  const before = cpuTimes();
  await delay(SAMPLE_MS);
  const after = cpuTimes();
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    date: now.toISOString().slice(0, 10),
    busyBefore: 1 - (after.idle - before.idle) / (after.total - before.total),
  };
}

function cpuTimes(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of os.cpus()) {
    idle += times.idle;
    total += Object.values(times).reduce((sum, time) => sum + time, 0);
  }
  return { idle, total };
}
