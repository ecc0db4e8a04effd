/** The job that `POST /admin/rates/refresh` runs. */
export const REFRESH_RATES = 'refresh-rates';
