import type { MigrationInterface } from 'typeorm';
import type { ScopeDefinitions } from './scopes';

/** A Nest module. */
type ModuleClass = new (...dependencies: never[]) => object;

/** Parts that a domain module, or a lib with tables or jobs, contributes to a process. Its `index.ts` exports one. */
export interface ModuleManifest {
  /** Controllers and services. Omit this if the platform configures the module. */
  module?: ModuleClass;
  /** Processors and scheduled jobs. Only workers import this module. */
  jobs?: ModuleClass;
  entities?: readonly (new () => object)[];
  /** The migrations of all modules run in the order of their timestamps. */
  migrations?: readonly (new () => MigrationInterface)[];
  scopes?: ScopeDefinitions;
  /** OpenAPI tags of the operations, each with a description. */
  tags?: Readonly<Record<string, string>>;
}
