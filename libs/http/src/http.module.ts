import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { httpSchema } from './idempotency/http-schema';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor';
import { IdempotencyRepository } from './idempotency/idempotency.repository';
import { Limits } from './limits/limits';
import { UnmatchedWritesInterceptor } from './preconditions/matched';
import { PreconditionsGuard } from './preconditions/preconditions.guard';
import { ProblemFilter } from './problems/problem.filter';
import { ReplyHeadersInterceptor } from './replies/reply-headers';
import { RouteTable } from './routes/route-table';
import { BodyPipe } from './validation/body.pipe';
import { QueryGuard } from './validation/query.guard';
import { UnexpectedBodyInterceptor } from './validation/unexpected-body.interceptor';
import { UnreadBodyInterceptor } from './validation/unread-body.interceptor';

/** The conventions of the API, for every route there is. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature(httpSchema.entities)],
  providers: [
    RouteTable,
    Limits,
    IdempotencyRepository,
    { provide: APP_GUARD, useClass: QueryGuard },
    { provide: APP_GUARD, useClass: PreconditionsGuard },
    { provide: APP_INTERCEPTOR, useClass: UnreadBodyInterceptor },
    // The outermost first: what is kept for a repeat is what all others have made of the reply.
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
    { provide: APP_INTERCEPTOR, useClass: ReplyHeadersInterceptor },
    { provide: APP_INTERCEPTOR, useClass: UnexpectedBodyInterceptor },
    { provide: APP_INTERCEPTOR, useClass: UnmatchedWritesInterceptor },
    { provide: APP_PIPE, useClass: BodyPipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [RouteTable],
})
export class HttpModule {}
