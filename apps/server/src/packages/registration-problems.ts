import type { RegistrationProblem } from './registration.entity';

/** Problem of a registration that has used up its attempts. */
export const attemptsExhausted = (attempts: number): RegistrationProblem => ({
  code: 'registration_failed',
  detail: `The package could not be registered after ${attempts} attempts.`,
});
