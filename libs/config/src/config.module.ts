import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config';

/** The injection token of the process's `Config`. */
export const CONFIG = Symbol('CONFIG');

/** Makes the validated configuration injectable everywhere. */
@Module({})
export class ConfigModule {
  static register(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: CONFIG, useValue: config }],
      exports: [CONFIG],
    };
  }
}
