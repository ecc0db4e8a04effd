import { Injectable } from '@nestjs/common';
import { type JobResult, ScheduledJob } from '@waybill/jobs';
import { SessionsPurge } from './sessions/sessions.purge';

/** The scheduled jobs of sessions. */
@Injectable()
export class SessionsScheduledJobs {
  constructor(private readonly sessions: SessionsPurge) {}

  @ScheduledJob({
    name: 'purge-sessions',
    description: 'Delete expired sessions, and unused sessions that own nothing after SESSION_UNUSED_HOURS.',
    cron: '0 * * * *',
    timeoutSeconds: 300,
  })
  purgeSessions(signal: AbortSignal): Promise<JobResult> {
    return this.sessions.purge(signal);
  }
}
