import type { Schema } from '@waybill/database';
import { CurrencyRateEntity } from './currency-rate.entity';
import { CreateRates1763600100000 } from './migrations/1763600100000-create-rates';
import { NameConstraintsAsElsewhere1763600750000 } from './migrations/1763600750000-name-constraints-as-elsewhere';
import { RateDayEntity } from './rate-day.entity';
import { RateListEntity } from './rate-list.entity';

/** Tables of the rates. */
export const ratesSchema: Schema = {
  entities: [RateListEntity, CurrencyRateEntity, RateDayEntity],
  migrations: [CreateRates1763600100000, NameConstraintsAsElsewhere1763600750000],
};
