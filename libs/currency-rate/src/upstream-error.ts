export type UpstreamFault =
  'timeout' | 'network' | 'server_error' | 'http_error' | 'redirect' | 'too_large' | 'refused' | 'aborted';

/** Why a source gave no rates. Caught in this lib: nobody outside handles it. */
export class UpstreamError extends Error {
  constructor(
    readonly fault: UpstreamFault,
    detail: string,
  ) {
    super(detail);
  }

  /** Whether the same request may succeed a moment later. */
  get transient(): boolean {
    return this.fault === 'timeout' || this.fault === 'network' || this.fault === 'server_error';
  }
}

/** A document that arrived and can't be trusted. */
export function refused(detail: string): UpstreamError {
  return new UpstreamError('refused', detail);
}
