import { Counter, Histogram, register } from 'prom-client';

const RUNS = 'waybill_job_runs_total';
const DURATION = 'waybill_job_run_duration_seconds';

// A second application in the same process (a test) shares the default registry.
export const jobRuns =
  (register.getSingleMetric(RUNS) as Counter<'job' | 'outcome'> | undefined) ??
  new Counter({ name: RUNS, help: 'Job runs, by outcome.', labelNames: ['job', 'outcome'] });

export const jobDurations =
  (register.getSingleMetric(DURATION) as Histogram<'job'> | undefined) ??
  new Histogram({
    name: DURATION,
    help: 'Duration of job runs.',
    labelNames: ['job'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900],
  });
