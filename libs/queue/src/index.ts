export { Doorbells } from './doorbells';
export { QueueModule } from './queue.module';
export { type JobPayloads, type QueueName } from './queues';
