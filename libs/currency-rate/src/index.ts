import { CurrencyRateEntity } from './currency-rate.entity';
import { CreateRates1763600100000 } from './migrations/1763600100000-create-rates';
import { RateDayEntity } from './rate-day.entity';
import { RateListEntity } from './rate-list.entity';

export { CurrencyRateModule, type CurrencyRateModuleOptions } from './currency-rate.module';
export { ROUBLE } from './currencies';
export { moscowDay } from './moscow-day';
export type { RateSource } from './rate-list';
export { RatesStoppedError, RatesUnavailableError } from './rates.errors';
export { MAX_ROUBLES_PER_UNIT } from './read-rate';
export type { RatesOptions } from './rates.options';
export type { KnownList } from './rates.repository';
export { type Quotes, type RateQuote, type Refreshed, RatesService } from './rates.service';

export const rateEntities = [RateListEntity, CurrencyRateEntity, RateDayEntity];
export const rateMigrations = [CreateRates1763600100000];
