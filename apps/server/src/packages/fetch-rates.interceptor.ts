import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { IntegerId } from '@waybill/http';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { RepricingService } from './repricing.service';

/**
 * Fetches the rates for a package before its route runs. With an `Idempotency-Key`, the route runs in a transaction,
 * and a transaction must not wait for the bank.
 */
@Injectable()
export class FetchRates implements NestInterceptor {
  constructor(private readonly repricing: RepricingService) {}

  async intercept(execution: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { params } = execution.switchToHttp().getRequest<FastifyRequest<{ Params: { id: string } }>>();
    await this.repricing.fetchRates(new IntegerId().transform(params.id));
    return next.handle();
  }
}
