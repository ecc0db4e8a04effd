/** A job that runs on a schedule, and when an administrator requests it. */
export interface JobDefinition {
  readonly name: string;
  /** Description for administrators. */
  readonly description: string;
  /** Cron expression: five fields, or six with seconds first. */
  readonly cron: string;
  /** IANA time zone of `cron`. */
  readonly timeZone: string;
  /** Time limit; a run that takes longer fails. */
  readonly timeoutSeconds: number;
}

/** Result of a run, for administrators: counts and short texts. */
export type JobResult = Record<string, string | number | boolean | null>;

/**
 * Runs a job in short steps. Once the signal is aborted (a timeout, a stop), it ends after the current step. Completed
 * steps must be consistent, and the next run must find the remaining work.
 */
export type JobHandler = (signal: AbortSignal) => Promise<JobResult>;

/** An expected failure, such as an unavailable upstream service. Nothing to investigate in our code. */
export class JobFailedError extends Error {
  /** @param isLogged false if the failure is already logged; the run is recorded as failed either way. */
  constructor(
    message: string,
    readonly isLogged = true,
  ) {
    super(message);
  }
}
