/** How a process is. */
export class HealthDto {
  /** @example "ok" */
  status!: 'ok';
}
