import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { JobHandler } from './job';
import { JobCatalog } from './job-catalog';

/** Finds the providers' methods that run this worker's jobs. */
@Injectable()
export class JobHandlers implements OnModuleInit {
  private readonly byName = new Map<string, JobHandler>();

  constructor(
    private readonly catalog: JobCatalog,
    private readonly modules: ModuleRef,
  ) {}

  /** @throws Error for a job without a provider in this worker. */
  onModuleInit(): void {
    for (const { definition, provider, method } of this.catalog.jobs) {
      const instance = this.modules.get(provider, { strict: false });
      this.byName.set(definition.name, (signal, parameters) =>
        (instance[method] as JobHandler)(signal, parameters),
      );
    }
  }

  get(name: string): JobHandler {
    const handler = this.byName.get(name);
    if (!handler) throw new Error(`The job ${name} has no handler`);
    return handler;
  }
}
