import { CACHE_MANAGER, CacheModule } from '@nestjs/cache-manager';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DatabaseModule } from '@waybill/database';
import type { Cache } from 'cache-manager';
import { register } from 'prom-client';
import { DataSource } from 'typeorm';
import { type OpenDatabase, openTestDatabase } from '../../../test/support/typeorm';
import { CurrencyRateModule, type RatesOptions, ratesSchema, RatesService } from '../src';

/** A database with this lib's tables and no others, and its end. */
export const createRatesDatabase = (): Promise<OpenDatabase> =>
  openTestDatabase(ratesSchema, { alone: true });

/** The lib as one process of the fleet has it: connections, cache and breakers of its own. */
export interface RatesProcess {
  rates: RatesService;
  dataSource: DataSource;
  cache: Cache;
  stop(): Promise<void>;
}

/** Boots the lib's module; retries and pauses are short, and requests fail soon. */
export async function startRates(
  url: string,
  options: Partial<RatesOptions> & Pick<RatesOptions, 'jsonUrl' | 'xmlUrl'>,
): Promise<RatesProcess> {
  @Module({
    imports: [
      DatabaseModule.register({ url, poolSize: 5, logSql: false }),
      CacheModule.register({ isGlobal: true }),
      CurrencyRateModule.register({
        useFactory: () => ({
          timeoutMs: 2_000,
          maxAgeDays: 14,
          snapshot: false,
          retries: 1,
          retryDelayMs: 1,
          ...options,
        }),
      }),
    ],
  })
  class TestModule {}
  const app: INestApplicationContext = await NestFactory.createApplicationContext(TestModule, {
    logger: false,
  });
  return {
    rates: app.get(RatesService),
    dataSource: app.get(DataSource),
    cache: app.get<Cache>(CACHE_MANAGER),
    stop: () => app.close(),
  };
}

/** Forgets every rate, as a new installation. */
export async function forgetRates({ dataSource, cache }: RatesProcess): Promise<void> {
  await dataSource.query('TRUNCATE rate_days, currency_rates, rate_lists');
  await cache.clear();
}

/** A metric's value now. */
export async function metric(name: string, labels: Record<string, string>): Promise<number> {
  const values = (await register.getSingleMetric(name)?.get())?.values ?? [];
  const found = values.filter((value) =>
    Object.entries(labels).every(([key, label]) => value.labels[key] === label),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}
