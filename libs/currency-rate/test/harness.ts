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

/** The lib as it runs in one process of the fleet: with its own connections, cache and breakers. */
export interface RatesProcess {
  rates: RatesService;
  dataSource: DataSource;
  cache: Cache;
  stop(): Promise<void>;
}

/** Starts the lib's module with short timeouts, retries and delays. */
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

/** Deletes all rates, as in a new installation. */
export async function forgetRates({ dataSource, cache }: RatesProcess): Promise<void> {
  await dataSource.query('TRUNCATE rate_days, currency_rates, rate_lists');
  await cache.clear();
}

/** Returns a metric's current value. */
export async function metric(name: string, labels: Record<string, string>): Promise<number> {
  const values = (await register.getSingleMetric(name)?.get())?.values ?? [];
  const found = values.filter((value) =>
    Object.entries(labels).every(([key, label]) => value.labels[key] === label),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}
