/** What each queue carries. A payload only names the row in PostgreSQL that holds the work. */
export interface JobPayloads {
  registrations: { registrationId: string };
  jobs: { job: string };
}

export type QueueName = keyof JobPayloads;

export const queueNames: readonly QueueName[] = ['registrations', 'jobs'];
