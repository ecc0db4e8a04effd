import type { ModuleManifest } from '@waybill/core';
import { httpSchema } from './idempotency/http-schema';

export type { AccessRule } from './access/access-rule';
export { Authenticated, AllowCustomersOr, Public, RequireScopes } from './access/access.decorators';
export {
  type Credentials,
  type PresentedSecret,
  PRINCIPAL_RESOLVER,
  type PrincipalResolver,
} from './access/principal-resolver';
export { createHttpApplication } from './http-application';
export { HttpModule } from './http.module';
export { IdempotencyKeysPurge } from './idempotency/idempotency-keys.purge';
export { Idempotent } from './idempotency/idempotent';
export { addressKey } from './limits/address-key';
export { LIMITS_REDIS } from './limits/limits';
export { OpensSession, SkipRateLimit } from './limits/limits.decorators';
export { ListQuery } from './lists/list-query';
export { Matched } from './preconditions/matched';
export { ETag } from './preconditions/etag';
export {
  headersOf,
  MethodNotAllowedError,
  RouteNotFoundError,
  UnauthenticatedError,
} from './problems/errors';
export { createPlainServer } from './plain-server';
export { MAX_ERRORS, PROBLEM_MEDIA_TYPE, problemOf, statusOfKind } from './problems/problem';
export { Location, RetryAfter } from './replies/reply-headers';
export { Ctx } from './request-context';
export { checkComplexity } from './requests/body-complexity';
export { StreamedBody, StreamsCsv } from './requests/streamed-bodies';
export { problemsOf } from './routes/general-problems';
export { ApiProblems } from './routes/route-metadata';
export { isTaggedRead, type Route, RouteTable } from './routes/route-table';
export { Undocumented } from './routes/undocumented.decorator';
export {
  FromDigits,
  FromTrueOrFalse,
  IsCurrencyCode,
  IsDay,
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
export { MoneyDto } from './validation/money.dto';
export { IntegerId, UuidId } from './validation/path-ids';
export { validateBody } from './validation/validate';

export const httpManifest: ModuleManifest = httpSchema;
