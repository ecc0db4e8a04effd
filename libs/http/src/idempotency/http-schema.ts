import type { Schema } from '@waybill/database';
import { IdempotencyKeyEntity } from './idempotency-key.entity';
import { CreateIdempotencyKeys1763600020000 } from './migrations/1763600020000-create-idempotency-keys';

/** Tables of this lib. */
export const httpSchema: Schema = {
  entities: [IdempotencyKeyEntity],
  migrations: [CreateIdempotencyKeys1763600020000],
};
