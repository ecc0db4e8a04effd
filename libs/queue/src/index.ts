export { JobDispatcher } from './job-dispatcher';
export { QueueModule } from './queue.module';
export { type JobPayloads, type QueueName } from './queues';
