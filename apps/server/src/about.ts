import type { ApiAbout } from '@waybill/openapi';
import { modules } from './modules';

/** What the OpenAPI document says of Waybill. */
export const about: ApiAbout = {
  title: 'Waybill',
  summary: `The back office of an international delivery company: it registers packages and prices them from the Bank of Russia's
official rate, and knows who is calling.`,
  tags: modules.tags,
};
