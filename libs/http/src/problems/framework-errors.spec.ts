import { HttpException, ServiceUnavailableException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { toDomainError } from './framework-errors';

const failedQuery = (code: string) =>
  new QueryFailedError('SELECT secret', ['parameter'], Object.assign(new Error('driver says'), { code }));

describe('toDomainError', () => {
  it.each([
    [failedQuery('57P01'), 'unavailable'],
    [failedQuery('08006'), 'unavailable'],
    [failedQuery('53300'), 'unavailable'],
    [failedQuery('55P03'), 'unavailable'],
    [failedQuery('40P01'), 'unavailable'],
    [failedQuery('40001'), 'unavailable'],
    [Object.assign(new Error(), { code: 'ECONNREFUSED' }), 'unavailable'],
    [new Error('timeout exceeded when trying to connect'), 'unavailable'],
    [new Error('Query read timeout'), 'unavailable'],
    [new Error('Client has encountered a connection error and is not queryable'), 'unavailable'],
    [new ServiceUnavailableException(), 'unavailable'],
    [new HttpException('x', 413), 'body_too_large'],
    [new HttpException('x', 415), 'unsupported_media_type'],
    [new HttpException('x', 404), 'route_not_found'],
    [Object.assign(new Error(), { code: 'FST_ERR_BAD_URL', statusCode: 400 }), 'malformed_request'],
    [failedQuery('23505'), 'internal_error'],
    [new Error('anything'), 'internal_error'],
    ['a string', 'internal_error'],
    [undefined, 'internal_error'],
  ])('converts %p to %s', (thrown, code) => {
    expect(toDomainError(thrown).code).toBe(code);
  });

  it('exposes no text of a driver or the framework', () => {
    for (const thrown of [
      failedQuery('23505'),
      failedQuery('57P01'),
      new Error('secret'),
      new HttpException('secret', 418),
    ]) {
      expect(toDomainError(thrown).message).not.toMatch(/secret|driver|parameter/);
    }
  });
});
