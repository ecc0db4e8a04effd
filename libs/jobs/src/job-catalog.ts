import { ConfigurationError } from '@waybill/config';
import type { JobDefinition } from './job';
import { JobNotFoundError } from './jobs.errors';
import { Schedule } from './schedule';
import type { DeclaredJob } from './scheduled-job';

/** A declared job with its effective schedule, which an operator may have overridden. */
export interface CatalogJob extends DeclaredJob {
  /** Undefined for a job that runs only on request. */
  readonly schedule: Schedule | undefined;
}

/** All jobs. Every process lists them; workers run them. */
export class JobCatalog {
  private readonly byName: ReadonlyMap<string, CatalogJob>;

  /**
   * @param cronOverrides cron expressions by job name, which override the declared ones.
   * @throws Error for a repeated job name, ConfigurationError for an override of an unknown job.
   */
  constructor(declared: readonly DeclaredJob[], cronOverrides: ReadonlyMap<string, string> = new Map()) {
    const jobs = declared.map((job) => withSchedule(job, cronOverrides));
    this.byName = new Map(jobs.map((job) => [job.definition.name, job]));
    if (this.byName.size < jobs.length) {
      const names = jobs.map(({ definition }) => definition.name);
      const repeated = names.filter((name, place) => names.indexOf(name) < place);
      throw new Error(`Repeated job name: ${repeated.join(', ')}`);
    }
    const unknown = [...cronOverrides.keys()].filter((name) => !this.byName.has(name));
    if (unknown.length > 0) {
      const names = [...this.byName.keys()].toSorted().join(', ');
      throw new ConfigurationError([`JOB_SCHEDULES: no job is named ${unknown.join(', ')}; jobs: ${names}`]);
    }
  }

  get jobs(): CatalogJob[] {
    return [...this.byName.values()];
  }

  find(name: string): CatalogJob | undefined {
    return this.byName.get(name);
  }

  /** @throws JobNotFoundError */
  get(name: string): JobDefinition {
    const job = this.find(name);
    if (!job) throw new JobNotFoundError();
    return job.definition;
  }
}

function withSchedule(job: DeclaredJob, cronOverrides: ReadonlyMap<string, string>): CatalogJob {
  const cron = cronOverrides.get(job.definition.name) ?? job.definition.cron;
  const definition = { ...job.definition, cron };
  const { timeZone } = definition;
  return { ...job, definition, schedule: cron === null ? undefined : new Schedule({ cron, timeZone }) };
}
