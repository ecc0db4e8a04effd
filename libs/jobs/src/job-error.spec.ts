import { QueryFailedError } from 'typeorm';
import { describeJobError } from './job-error';
import { JobNotFoundError } from './jobs.errors';

describe('the stored error of a run', () => {
  it.each([
    [new Error('connect ECONNREFUSED 127.0.0.1:5432'), 'connect ECONNREFUSED 127.0.0.1:5432'],
    [new Error('the first line\nSELECT * FROM users'), 'the first line'],
    [
      new Error('no answer from postgres://waybill:hunter2@db:5432/x'),
      'no answer from postgres://…@db:5432/x',
    ],
    [new Error('refused: Authorization: Bearer abc.def'), 'refused: Authorization: Bearer …'],
    [new Error('refused: Basic dXNlcjpwYXNz'), 'refused: Basic …'],
    [new Error('token=abc and key: def'), 'token=… and key: …'],
    [new Error('the key waybill_2zXq9 is bad'), 'the key waybill_… is bad'],
    [new Error('password="hunter2" is wrong'), 'password=… is wrong'],
    [new Error('x'.repeat(1_000)), 'x'.repeat(300)],
    [
      new JobNotFoundError(),
      'job_not_found: There is no job with this name. GET /api/v1/admin/jobs lists the jobs.',
    ],
    ['a text', 'A value that is not an Error was thrown'],
  ])('describes the failure and contains no secret: %s', (error, kept) => {
    expect(describeJobError(error)).toBe(kept);
  });

  it('has the database’s error code instead of its message, which may quote a row', () => {
    const driverError = Object.assign(new Error('Key (email)=(a@b.c) already exists'), {
      code: '23505',
      constraint: 'users_email_key',
    });
    const error = new QueryFailedError('INSERT INTO users VALUES ($1)', ['a@b.c'], driverError);
    expect(describeJobError(error)).toBe('PostgreSQL refused with 23505 (users_email_key)');
  });
});
