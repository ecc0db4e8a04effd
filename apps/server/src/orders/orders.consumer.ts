import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Broker } from '@waybill/broker';
import { OrderIngest } from './ingest/order-ingest.service';

const BATCH = { maxBatch: 500, maxWaitMs: 20, concurrency: 2 };

/** Consumes the order stream in a worker. Acknowledges a message after its outcome is committed. */
@Injectable()
export class OrdersConsumer implements OnApplicationBootstrap, OnModuleDestroy {
  private subscription: { stop(): Promise<void> } | undefined;

  constructor(
    private readonly broker: Broker,
    private readonly orders: OrderIngest,
  ) {}

  onApplicationBootstrap(): void {
    this.subscription = this.broker.consume(
      'orders.order.placed.v1',
      async (batch) => {
        await this.orders.ingest(batch.map(({ body }) => body));
      },
      BATCH,
    );
  }

  async onModuleDestroy(): Promise<void> {
    await this.subscription?.stop();
  }
}
