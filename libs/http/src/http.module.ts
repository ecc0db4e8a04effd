import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ProblemFilter } from './problems/problem.filter';
import { ReplyHeadersInterceptor } from './replies/reply-headers';
import { RouteTable } from './routes/route-table';
import { BodyPipe } from './validation/body.pipe';
import { QueryGuard } from './validation/query.guard';

/** The conventions of the API, for every route there is. */
@Global()
@Module({
  providers: [
    RouteTable,
    { provide: APP_GUARD, useClass: QueryGuard },
    { provide: APP_INTERCEPTOR, useClass: ReplyHeadersInterceptor },
    { provide: APP_PIPE, useClass: BodyPipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [RouteTable],
})
export class HttpModule {}
