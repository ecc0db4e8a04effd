import type { MigrationInterface } from 'typeorm';
import type { ScopeDefinitions } from './scopes';

/** A Nest module. */
type ModuleClass = new (...dependencies: never[]) => object;

/** What a domain module, or a lib with tables or jobs, contributes to a process. Its `index.ts` exports one. */
export interface ModuleManifest {
  /** Its controllers and services. A lib leaves it out if the platform configures the module. */
  module?: ModuleClass;
  /** Its processors and scheduled jobs. Only workers import it. */
  jobs?: ModuleClass;
  entities?: readonly (new () => object)[];
  /** They run in the order of their timestamps, among those of all modules. */
  migrations?: readonly (new () => MigrationInterface)[];
  scopes?: ScopeDefinitions;
  /** The OpenAPI tags of its operations, with a description each. */
  tags?: Readonly<Record<string, string>>;
}
