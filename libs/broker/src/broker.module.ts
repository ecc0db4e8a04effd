import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@waybill/database';
import { Broker } from './broker';
import { PostgresDriver } from './postgres/postgres-driver';

/** Closes the broker after the consumers have stopped. */
@Injectable()
class BrokerShutdown implements OnApplicationShutdown {
  constructor(private readonly broker: Broker) {}
  onApplicationShutdown(): Promise<void> {
    return this.broker.close();
  }
}

@Global()
@Module({
  providers: [
    {
      provide: Broker,
      inject: [Database],
      useFactory: (database: Database) => new Broker(new PostgresDriver(database)),
    },
    BrokerShutdown,
  ],
  exports: [Broker],
})
export class BrokerModule {}
