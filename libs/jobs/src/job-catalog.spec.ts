import { Injectable, Module } from '@nestjs/common';
import type { JobResult } from './job';
import { JobCatalog } from './job-catalog';
import { JobHandlers } from './job-handlers';
import { declaredJobs, ScheduledJob } from './scheduled-job';

@Injectable()
class ParcelJobs {
  readonly swept = 3;

  @ScheduledJob({ name: 'sweep', description: 'Sweep', cron: '*/5 * * * *', timeoutSeconds: 60 })
  async sweep(): Promise<JobResult> {
    return { swept: this.swept };
  }

  @ScheduledJob({
    name: 'purge',
    description: 'Purge',
    cron: '0 3 * * *',
    timeZone: 'Europe/Moscow',
    timeoutSeconds: 60,
  })
  async purge(): Promise<JobResult> {
    return {};
  }
}

@Injectable()
class OtherJobs {
  @ScheduledJob({ name: 'sweep', description: 'Sweep too', cron: '* * * * *', timeoutSeconds: 60 })
  async sweep(): Promise<JobResult> {
    return {};
  }
}

@Module({ providers: [ParcelJobs] })
class ParcelJobsModule {}

@Module({ providers: [OtherJobs] })
class OtherJobsModule {}

const declared = declaredJobs([ParcelJobsModule]);

describe('the job catalog', () => {
  it('lists the jobs that the providers of the jobs modules declare', () => {
    expect(new JobCatalog(declared).jobs.map(({ definition }) => definition)).toEqual([
      { name: 'sweep', description: 'Sweep', cron: '*/5 * * * *', timeZone: 'UTC', timeoutSeconds: 60 },
      {
        name: 'purge',
        description: 'Purge',
        cron: '0 3 * * *',
        timeZone: 'Europe/Moscow',
        timeoutSeconds: 60,
      },
    ]);
  });

  it('refuses the boot when two jobs have the same name', () => {
    const both = declaredJobs([ParcelJobsModule, OtherJobsModule]);
    expect(() => new JobCatalog(both)).toThrow('Repeated job name: sweep');
  });

  it('uses an operator’s cron expression instead of the declared one', () => {
    const catalog = new JobCatalog(declared, new Map([['purge', '30 4 * * *']]));
    expect(catalog.get('purge')).toMatchObject({ cron: '30 4 * * *', timeZone: 'Europe/Moscow' });
    const { schedule } = catalog.find('purge')!;
    expect(schedule!.nextAfter(new Date('2026-11-21T00:00:00Z'))).toEqual(new Date('2026-11-21T01:30:00Z'));
  });

  it('refuses the boot for an expression of an unknown job, and lists the known jobs', () => {
    const overrides = new Map([['swep', '* * * * *']]);
    expect(() => new JobCatalog(declared, overrides)).toThrow(
      'JOB_SCHEDULES: no job is named swep; jobs: purge, sweep',
    );
  });
});

describe('the handlers of a worker', () => {
  const modulesWith = (...instances: object[]) => ({
    get(provider: new () => object): object {
      const instance = instances.find((candidate) => candidate instanceof provider);
      if (!instance) throw new Error(`No provider ${provider.name}`);
      return instance;
    },
  });

  it('are the methods of its providers', async () => {
    const handlers = new JobHandlers(new JobCatalog(declared), modulesWith(new ParcelJobs()) as never);
    handlers.onModuleInit();
    expect(await handlers.get('sweep')(new AbortController().signal, {})).toEqual({ swept: 3 });
  });

  it('refuse the boot when the provider of a job is not part of the worker', () => {
    const handlers = new JobHandlers(new JobCatalog(declared), modulesWith() as never);
    expect(() => handlers.onModuleInit()).toThrow('No provider ParcelJobs');
  });
});
