import type { Schema } from '@waybill/database';
import { CreateStreamMessages1763601400000 } from './postgres/migrations/1763601400000-create-stream-messages';
import { StreamMessageEntity } from './postgres/stream-message.entity';

/** Tables of this lib. */
export const brokerSchema: Schema = {
  entities: [StreamMessageEntity],
  migrations: [CreateStreamMessages1763601400000],
};
