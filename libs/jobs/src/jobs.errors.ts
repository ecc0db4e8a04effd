import { DomainError } from '@waybill/core';

/** No job has this name. */
export class JobNotFoundError extends DomainError {
  static override readonly code = 'job_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no such job; see GET /api/v1/admin/jobs.');
  }
}

/** The job has no run of this id, or it ran so long ago that it is forgotten. */
export class JobRunNotFoundError extends DomainError {
  static override readonly code = 'job_run_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('This job has no such run, or it ran so long ago that it is forgotten.');
  }
}
