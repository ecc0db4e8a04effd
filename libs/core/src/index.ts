export { type Bound, cursorOwner, Cursors } from './cursors';
export { DomainError, type DomainErrorClass, type ErrorKind, type FieldError } from './domain-error';
export { type EntityTag, entityTagOf, type EntityTags, matchesStrongly, matchesWeakly } from './entity-tags';
export { BadRequestError, UnavailableError, ValidationFailedError } from './errors';
export { dayKey, integerKey, timeKey, uuidKey } from './keysets';
export type { Page, PageRequest } from './page';
export { checkIfMatch, requireIfMatch } from './preconditions';
export { PreconditionFailedError, PreconditionRequiredError } from './preconditions.errors';
export type { Principal } from './principal';
export { RequestContext } from './request-context';
export { type Scope, scopes } from './scopes';
export { holdsCredential, knowSecret, redacted, redactedLines } from './secrets';
export {
  type AfterCommit,
  type BeforeCommit,
  type Transaction,
  TransactionContext,
} from './transaction-context';
