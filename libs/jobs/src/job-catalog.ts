import type { JobDefinition } from './job';
import { JobNotFoundError } from './jobs.errors';

/** The jobs that there are: known to every process, run by workers. */
export class JobCatalog {
  private readonly byName: ReadonlyMap<string, JobDefinition>;

  /** @throws Error for two jobs of one name. */
  constructor(readonly definitions: readonly JobDefinition[]) {
    this.byName = new Map(definitions.map((definition) => [definition.name, definition]));
    if (this.byName.size < definitions.length) {
      const names = definitions.map(({ name }) => name);
      throw new Error(
        `Two jobs of one name: ${names.filter((name, place) => names.indexOf(name) < place).join(', ')}`,
      );
    }
  }

  find(name: string): JobDefinition | undefined {
    return this.byName.get(name);
  }

  /** @throws JobNotFoundError */
  get(name: string): JobDefinition {
    const definition = this.find(name);
    if (!definition) throw new JobNotFoundError();
    return definition;
  }
}
