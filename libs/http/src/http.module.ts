import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { httpSchema } from './idempotency/http-schema';
import { Limits } from './limits/limits';
import { ProblemFilter } from './problems/problem.filter';
import { RouteTable } from './routes/route-table';
import { BodyPipe } from './validation/body.pipe';

/** The API's conventions, which apply to every route. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature(httpSchema.entities)],
  providers: [
    RouteTable,
    Limits,
    { provide: APP_PIPE, useClass: BodyPipe },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [RouteTable],
})
export class HttpModule {}
