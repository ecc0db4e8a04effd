/** The result of a health check. */
export class HealthDto {
  /** @example "ok" */
  status!: 'ok';
}
