/** A run that was just requested. */
export const requestedRun = (job: string, parameters: object = {}) => ({
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  job,
  trigger: 'manual',
  parameters,
  state: 'pending',
  slot: null,
  requested_at: '2026-11-21T09:00:00.000Z',
  started_at: null,
  finished_at: null,
  duration_ms: null,
  result: null,
  error: null,
});
