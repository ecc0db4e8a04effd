/** Payload of each queue. It only identifies the work, which PostgreSQL holds. */
export interface JobPayloads {
  registrations: { registrationId: string };
  imports: { importId: string };
  jobs: { job: string };
}

export type QueueName = keyof JobPayloads;

export const queueNames: readonly QueueName[] = ['registrations', 'imports', 'jobs'];
