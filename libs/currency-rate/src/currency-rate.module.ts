import { type DynamicModule, type FactoryProvider, Module, type ModuleMetadata } from '@nestjs/common';
import { RatesFetcher } from './rates.fetcher';
import { RATES_OPTIONS, type RatesOptions, withDefaults } from './rates.options';
import { RatesRepository } from './rates.repository';
import { RatesService } from './rates.service';

export interface CurrencyRateModuleOptions {
  imports?: ModuleMetadata['imports'];
  inject?: FactoryProvider['inject'];
  useFactory(...dependencies: never[]): RatesOptions;
}

/** Offers `RatesService`. Needs a `DataSource` and `CACHE_MANAGER` that are global or among `imports`. */
@Module({})
export class CurrencyRateModule {
  static register({ imports = [], inject = [], useFactory }: CurrencyRateModuleOptions): DynamicModule {
    const options: FactoryProvider = {
      provide: RATES_OPTIONS,
      inject,
      useFactory: (...dependencies: never[]) => withDefaults(useFactory(...dependencies)),
    };
    return {
      module: CurrencyRateModule,
      imports,
      providers: [options, RatesRepository, RatesFetcher, RatesService],
      exports: [RatesService],
    };
  }
}
