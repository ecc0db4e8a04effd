import type { Schema } from '@waybill/database';
import { modules } from './modules';

/** All tables of Waybill. */
export const schema: Schema = { entities: modules.entities, migrations: modules.migrations };
