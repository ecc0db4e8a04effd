import type { Schema } from '@waybill/database';
import { DeadLetterEntity } from './dead-letters/dead-letter.entity';
import { InboxEntryEntity } from './inbox-entry.entity';
import { CreateOrders1763601500000 } from './migrations/1763601500000-create-orders';
import { OrderEntity } from './order.entity';

/** The tables of this module. */
export const ordersSchema: Schema = {
  entities: [InboxEntryEntity, OrderEntity, DeadLetterEntity],
  migrations: [CreateOrders1763601500000],
};
