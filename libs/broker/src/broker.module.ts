import { type BeforeApplicationShutdown, type DynamicModule, Module } from '@nestjs/common';
import { Database } from '@waybill/database';
import { Broker } from './broker';
import { type BrokerSettings, createBroker } from './create-broker';

/** Provides `Broker` to all modules. It connects on first use, so a process that does not use it has no connection. */
@Module({})
export class BrokerModule implements BeforeApplicationShutdown {
  constructor(private readonly broker: Broker) {}

  static register(settings: BrokerSettings): DynamicModule {
    const useFactory = (database: Database) => createBroker(settings, () => database);
    return {
      module: BrokerModule,
      global: true,
      providers: [{ provide: Broker, useFactory, inject: [Database] }],
      exports: [Broker],
    };
  }

  /**
   * Stops the consumers first, because Nest would otherwise close the database, which handlers need, at the same time.
   */
  async beforeApplicationShutdown(): Promise<void> {
    await this.broker.close();
  }
}
