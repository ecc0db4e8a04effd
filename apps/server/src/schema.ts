import { auditSchema } from '@waybill/audit';
import { rateEntities, rateMigrations } from '@waybill/currency-rate';
import type { Schema } from '@waybill/database';
import { httpSchema } from '@waybill/http';
import { jobEntities, jobMigrations } from '@waybill/jobs';
import { catalogSchema } from './catalog';
import { packagesSchema } from './packages';
import { sessionsSchema } from './sessions';

/** Every table of Waybill: who owns one declares it, and this is where they come together. */
export const schema: Schema = {
  entities: [
    ...httpSchema.entities,
    ...sessionsSchema.entities,
    ...catalogSchema.entities,
    ...rateEntities,
    ...auditSchema.entities,
    ...packagesSchema.entities,
    ...jobEntities,
  ],
  migrations: [
    ...httpSchema.migrations,
    ...sessionsSchema.migrations,
    ...catalogSchema.migrations,
    ...rateMigrations,
    ...auditSchema.migrations,
    ...packagesSchema.migrations,
    ...jobMigrations,
  ],
};
