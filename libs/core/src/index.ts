export { type Bound, cursorOwner, Cursors } from './cursors';
export { DomainError, type DomainErrorClass, type ErrorKind, type FieldError } from './domain-error';
export { type EntityTag, entityTagOf, type EntityTags, matchesStrongly, matchesWeakly } from './entity-tags';
export { BadRequestError, UnavailableError, ValidationFailedError } from './errors';
export { Batcher, type BatcherOptions } from './batcher';
export { dayKey, integerKey, timeKey, uuidKey } from './keysets';
export type { ModuleManifest } from './module-manifest';
export type { Page, PageRequest } from './page';
export { checkIfMatch, requireIfMatch } from './preconditions';
export { PreconditionFailedError, PreconditionRequiredError } from './preconditions.errors';
export type { Principal } from './principal';
export { projectFile, projectVersion } from './project';
export { RequestContext } from './request-context';
export {
  allScopes,
  registerScopes,
  type Scope,
  type ScopeDefinition,
  scopeDefinitions,
  type ScopeDefinitions,
  scopes,
  scopesByRole,
} from './scopes';
export { containsCredential, registerSecret, redacted, redactedLines } from './secrets';
export {
  type AfterCommit,
  type BeforeCommit,
  type Transaction,
  TransactionContext,
} from './transaction-context';
export { TimeoutError, withTimeout } from './with-timeout';
