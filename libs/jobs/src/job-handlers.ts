import { Injectable } from '@nestjs/common';
import type { JobHandler } from './job';
import { JobCatalog } from './job-catalog';

/** What this worker does for each job. Modules register theirs when they are initialized. */
@Injectable()
export class JobHandlers {
  private readonly byName = new Map<string, JobHandler>();

  constructor(private readonly catalog: JobCatalog) {}

  /** @throws Error for a job that the catalog does not name, and for a second handler of one. */
  register(name: string, handler: JobHandler): void {
    if (!this.catalog.find(name)) throw new Error(`No job is named ${name}`);
    if (this.byName.has(name)) throw new Error(`The job ${name} has two handlers`);
    this.byName.set(name, handler);
  }

  /** @throws Error naming every job that nobody would run. */
  assertComplete(): void {
    const orphans = this.catalog.definitions.filter(({ name }) => !this.byName.has(name));
    if (orphans.length > 0)
      throw new Error(`Jobs without a handler: ${orphans.map(({ name }) => name).join(', ')}`);
  }

  get(name: string): JobHandler {
    const handler = this.byName.get(name);
    if (!handler) throw new Error(`The job ${name} has no handler`);
    return handler;
  }
}
