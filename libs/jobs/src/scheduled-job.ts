import type { Type } from '@nestjs/common';
import type { JobDefinition, JobHandler } from './job';

const SCHEDULED_JOBS = 'waybill:scheduled-jobs';
const MODULE_PROVIDERS = 'providers';

/** A job's definition and the method that runs it. */
export interface DeclaredJob {
  readonly definition: JobDefinition;
  readonly provider: Type<Record<string, JobHandler>>;
  readonly method: string;
}

/**
 * Declares a method as a scheduled job. Every process lists it; workers run it. The class must be a provider of its
 * module's jobs module.
 * @param definition `timeZone` defaults to UTC.
 */
export const ScheduledJob =
  (definition: Omit<JobDefinition, 'timeZone'> & { timeZone?: string }) =>
  <Handler extends JobHandler>(
    target: object,
    method: string,
    _descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    const provider = target.constructor;
    const declared = (Reflect.getOwnMetadata(SCHEDULED_JOBS, provider) ?? []) as DeclaredJob[];
    const job = { definition: { timeZone: 'UTC', ...definition }, provider, method };
    Reflect.defineMetadata(SCHEDULED_JOBS, [...declared, job], provider);
  };

/** Returns the jobs that the providers of these modules declare, without creating instances. */
export const declaredJobs = (jobsModules: readonly Type[]): DeclaredJob[] =>
  jobsModules
    .flatMap((module) => (Reflect.getMetadata(MODULE_PROVIDERS, module) ?? []) as object[])
    .flatMap((provider) => (Reflect.getOwnMetadata(SCHEDULED_JOBS, provider) ?? []) as DeclaredJob[]);
