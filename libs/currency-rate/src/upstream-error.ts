export type UpstreamFault =
  'timeout' | 'network' | 'server_error' | 'http_error' | 'redirect' | 'too_large' | 'refused' | 'aborted';

/** Why a source returned no rates. Handled inside this lib only. */
export class UpstreamError extends Error {
  constructor(
    readonly fault: UpstreamFault,
    detail: string,
  ) {
    super(detail);
  }

  /** Whether a retry may succeed. */
  get transient(): boolean {
    return this.fault === 'timeout' || this.fault === 'network' || this.fault === 'server_error';
  }
}

/** Creates the error for an invalid document. */
export function refused(detail: string): UpstreamError {
  return new UpstreamError('refused', detail);
}
