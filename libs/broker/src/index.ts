import type { ModuleManifest } from '@waybill/core';
import { brokerSchema } from './broker.schema';

export { type BatchHandler, type ConsumeOptions, type Outcome } from './batch-consumer';
export { Broker } from './broker';
export { BrokerModule } from './broker.module';
export { BrokerUnavailableError, InvalidMessageError, PublishFailedError } from './broker.errors';
export { type BrokerSettings, createBroker } from './create-broker';
export { type OutgoingMessage, type ReceivedMessage } from './messages';
export { type Topic, topics } from './topics';

export const brokerManifest: ModuleManifest = brokerSchema;
