/** What an administrator may ask of a run. A job names the parameters that it takes. */
export interface JobParameters {
  /** RFC 3339 time. */
  from?: string;
  /** RFC 3339 time. */
  to?: string;
  dry_run?: boolean;
}

/** A job that runs on a schedule, and when an administrator requests it. */
export interface JobDefinition {
  readonly name: string;
  /** Description for administrators. */
  readonly description: string;
  /** Cron expression: five fields, or six with seconds first. Null: it runs only when an administrator requests it. */
  readonly cron: string | null;
  /** IANA time zone of `cron`. */
  readonly timeZone: string;
  /** Time limit; a run that takes longer fails. */
  readonly timeoutSeconds: number;
  /** Parameters that a requested run may have. Default: none. */
  readonly parameters?: readonly (keyof JobParameters)[];
}

/** Result of a run, for administrators: counts and short texts. */
export type JobResult = Record<string, string | number | boolean | null>;

/**
 * Runs a job in short steps. Once the signal is aborted (a timeout, a stop), it ends after the current step. Completed
 * steps must be consistent, and the next run must find the remaining work.
 */
export type JobHandler = (signal: AbortSignal, parameters: JobParameters) => Promise<JobResult>;

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
