export { Authenticated, CustomersOr, Public, ScopeOnly } from './access/access.decorators';
export {
  type Credentials,
  type PresentedSecret,
  PRINCIPAL_RESOLVER,
  type Principal,
  type PrincipalResolver,
} from './access/principal';
export { type Scope, scopes } from './access/scopes';
export { redacted, redactedLine, knowSecret } from './access/secrets';
export { createHttpApplication } from './http-application';
export { HttpModule } from './http.module';
export { httpSchema } from './idempotency/http-schema';
export { IdempotencyKeysPurge } from './idempotency/idempotency-keys.purge';
export { Idempotent } from './idempotency/idempotent';
export { addressKey } from './limits/address-key';
export type { LimitsRedis } from './limits/limiter';
export { LIMITS_REDIS } from './limits/limits';
export { OpensSession, Unlimited } from './limits/limits.decorators';
export { type Bound, cursorOwner, Cursors } from './lists/cursors';
export { dayKey, integerKey, timeKey, uuidKey } from './lists/keysets';
export { ListQuery, type Page } from './lists/list';
export { setsCookie } from './openapi/headers';
export { uuidParameter } from './openapi/parameters';
export { Matched } from './preconditions/matched';
export { honourMatch, requireMatch } from './preconditions/preconditions';
export { PreconditionRequiredError } from './preconditions/preconditions.errors';
export { Tagged } from './preconditions/tagged';
export { DomainError, type ErrorKind, type FieldError } from './problems/domain-error';
export {
  ForbiddenError,
  UnauthenticatedError,
  UnavailableError,
  ValidationFailedError,
} from './problems/errors';
export { createPlainServer } from './plain-server';
export { Location, RetryAfter } from './replies/reply-headers';
export { Ctx, RequestContext } from './request-context';
export { Problems } from './routes/route-facts';
export { RouteTable } from './routes/route-table';
export {
  FromDigits,
  IsCurrencyCode,
  IsDecimalString,
  IsEmailAddress,
  IsIntegerId,
  IsText,
  IsTimestamp,
  IsWholeNumber,
  NormalEmail,
  Nullable,
  Optional,
} from './validation/decorators';
export { IntegerId, UuidId } from './validation/path-ids';
export { validateBody } from './validation/validate';
