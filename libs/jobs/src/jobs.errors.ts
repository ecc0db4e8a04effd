import { DomainError } from '@waybill/core';

/** There is no job with this name. */
export class JobNotFoundError extends DomainError {
  static override readonly code = 'job_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no job with this name. GET /api/v1/admin/jobs lists the jobs.');
  }
}

/** The job has no run with this ID, or the run was deleted. */
export class JobRunNotFoundError extends DomainError {
  static override readonly code = 'job_run_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('This job has no run with this ID. Old runs are deleted.');
  }
}

/** A run with other parameters is pending. */
export class JobRunPendingError extends DomainError {
  static override readonly code = 'job_run_pending';
  static override readonly kind = 'conflict';

  constructor() {
    super('A run of this job with other parameters is pending. Try again after it has started.');
  }
}
