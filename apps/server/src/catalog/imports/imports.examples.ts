/** An import that was just accepted. */
export const acceptedImport = {
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  state: 'pending',
  dry_run: false,
  rows_total: 3,
  rows_processed: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  failed: 0,
  errors_total: 0,
  problem: null,
  created_at: '2026-11-21T09:00:00.000Z',
  started_at: null,
  finished_at: null,
  errors: [],
};
