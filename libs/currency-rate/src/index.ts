import type { ModuleManifest } from '@waybill/core';
import { ratesSchema } from './rates.schema';

export { CurrencyRateModule, type CurrencyRateModuleOptions } from './currency-rate.module';
export { ROUBLE } from './currencies';
export { addDays, daysBetween, moscowDay } from './moscow-day';
export type { RateSource } from './rate-list';
export { RatesStoppedError, RatesUnavailableError } from './rates.errors';
export { MAX_ROUBLES_PER_UNIT } from './read-rate';
export type { RatesOptions } from './rates.options';
export type { KnownList } from './rates.repository';
export { ratesSchema } from './rates.schema';
export { type Quotes, type RateQuote, type Refreshed, RatesService } from './rates.service';

export const ratesManifest: ModuleManifest = ratesSchema;
