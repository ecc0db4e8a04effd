import { auditSchema } from '@waybill/audit';
import { ratesSchema } from '@waybill/currency-rate';
import type { Schema } from '@waybill/database';
import { httpSchema } from '@waybill/http';
import { jobsSchema } from '@waybill/jobs';
import { catalogSchema } from './catalog';
import { packagesSchema } from './packages';
import { sessionsSchema } from './sessions';

const schemas = [
  httpSchema,
  sessionsSchema,
  catalogSchema,
  ratesSchema,
  auditSchema,
  packagesSchema,
  jobsSchema,
];

/** All tables of Waybill, for migrations and tests. A process loads only the entities of its modules. */
export const schema: Schema = {
  entities: schemas.flatMap(({ entities }) => entities),
  migrations: schemas.flatMap(({ migrations }) => migrations),
};
