import type { ModuleManifest } from '@waybill/core';
import { OrdersJobsModule } from './orders.jobs.module';
import { OrdersModule } from './orders.module';
import { ordersSchema } from './orders.schema';
import { ordersScopes } from './orders.scopes';

export { ordersAuditActions } from './audit-actions';

/** Orders from shops. */
export const ordersManifest: ModuleManifest = {
  module: OrdersModule,
  jobs: OrdersJobsModule,
  ...ordersSchema,
  scopes: ordersScopes,
  tags: {
    orders: 'Orders from shops, and orders placed with this API.',
    'dead-letters': 'Messages from shops that could not be stored as orders.',
  },
};
