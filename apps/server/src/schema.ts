import type { Schema } from '@waybill/database';
import { modules } from './modules';

/** Every table of Waybill. */
export const schema: Schema = { entities: modules.entities, migrations: modules.migrations };
