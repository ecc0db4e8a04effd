/** The job that `POST /admin/rates/refresh` requests a run of. */
export const REFRESH_RATES = 'refresh-rates';
