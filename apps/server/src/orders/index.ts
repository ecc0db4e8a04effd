import type { ModuleManifest } from '@waybill/core';
import { ordersSchema } from './orders.schema';
import { ordersScopes } from './orders.scopes';

/** Orders from shops. */
export const ordersManifest: ModuleManifest = {
  ...ordersSchema,
  scopes: ordersScopes,
  tags: { orders: 'Orders from shops.' },
};
