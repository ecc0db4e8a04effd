/** A job that runs by a schedule, and whenever an administrator asks for it. */
export interface JobDefinition {
  readonly name: string;
  /** What it does, for administrators. */
  readonly description: string;
  /** Slots are so many seconds long, counted from the epoch by PostgreSQL's clock. The same in every process of the fleet. */
  readonly everySeconds: number;
  /** A run that takes longer is failed. */
  readonly timeoutSeconds: number;
}

/** What came of a run, for administrators to read: counts and short texts. */
export type JobResult = Record<string, string | number | boolean | null>;

/**
 * Does the work of a job, in steps that are short: once the signal is aborted (a timeout, a stop), it ends after the one that
 * it is at. What it did until then must be good, and what it left undone must be found by the next run.
 */
export type JobHandler = (signal: AbortSignal) => Promise<JobResult>;

/** A failure that is to be expected now and then, such as a service elsewhere that is away: no fault of ours to look into. */
export class JobFailedError extends Error {
  /** @param isLogged false where what failed has told why itself; the run is remembered as failed all the same. */
  constructor(
    message: string,
    readonly isLogged = true,
  ) {
    super(message);
  }
}
