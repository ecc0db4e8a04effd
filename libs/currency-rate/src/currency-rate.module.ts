import { type DynamicModule, type FactoryProvider, Module, type ModuleMetadata } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RatesFetcher } from './rates.fetcher';
import { RATES_OPTIONS, type RatesOptions, withDefaults } from './rates.options';
import { RatesRepository } from './rates.repository';
import { ratesSchema } from './rates.schema';
import { RatesService } from './rates.service';

export interface CurrencyRateModuleOptions {
  imports?: ModuleMetadata['imports'];
  inject?: FactoryProvider['inject'];
  useFactory(...dependencies: never[]): RatesOptions;
}

/** Offers `RatesService`. Needs `Database` and `CACHE_MANAGER`, global or among `imports`. */
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
      imports: [TypeOrmModule.forFeature(ratesSchema.entities), ...imports],
      providers: [options, RatesRepository, RatesFetcher, RatesService],
      exports: [RatesService],
    };
  }
}
