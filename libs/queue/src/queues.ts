/** What each queue carries. A job is a doorbell: its payload only names the row in PostgreSQL that is the promise. */
export interface JobPayloads {
  registrations: { registrationId: string };
  jobs: { job: string };
}

export type QueueName = keyof JobPayloads;

export const queueNames: readonly QueueName[] = ['registrations', 'jobs'];
