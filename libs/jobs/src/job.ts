/** A job that runs by a schedule, and whenever an administrator asks for it. */
export interface JobDefinition {
  readonly name: string;
  /** What it does, for administrators. */
  readonly description: string;
  /** When it runs: five fields of cron, or six where the first are seconds. */
  readonly cron: string;
  /** The IANA time zone that `cron` is read in. */
  readonly timeZone: string;
  /** A run that takes longer fails. */
  readonly timeoutSeconds: number;
}

/** The result of a run, for administrators to read: counts and short texts. */
export type JobResult = Record<string, string | number | boolean | null>;

/**
 * Does the work of a job in short steps. Once the signal is aborted (a timeout, a stop), it ends after the current step.
 * What it did until then must be complete, and the next run must find what is left.
 */
export type JobHandler = (signal: AbortSignal) => Promise<JobResult>;

/** An expected failure, such as an upstream service that is unavailable: nothing to investigate in our code. */
export class JobFailedError extends Error {
  /** @param isLogged false where the failure has been logged already; the run is recorded as failed all the same. */
  constructor(
    message: string,
    readonly isLogged = true,
  ) {
    super(message);
  }
}
