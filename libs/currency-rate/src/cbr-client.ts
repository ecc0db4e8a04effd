import { UpstreamError } from './upstream-error';

export interface DownloadOptions {
  timeoutMs: number;
  /** Size limit of the body, after decompression. */
  maxBytes: number;
  signal: AbortSignal;
}

export interface Download {
  bytes: Buffer;
  /** Charset from `Content-Type`, in lower case. */
  charset: string | null;
}

/**
 * Downloads a document. The timeout covers the body too. Follows no redirects.
 * @throws UpstreamError
 */
export async function download(url: URL, options: DownloadOptions): Promise<Download> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([timeout, options.signal]);
  try {
    const response = await fetch(url, { redirect: 'manual', signal });
    await refuseStatus(response);
    return { bytes: await readUpTo(response, options.maxBytes), charset: charsetOf(response) };
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    if (options.signal.aborted) throw new UpstreamError('aborted', 'the process is stopping');
    if (timeout.aborted) throw new UpstreamError('timeout', `timed out after ${options.timeoutMs} ms`);
    throw new UpstreamError('network', describe(error));
  }
}

async function refuseStatus(response: Response): Promise<void> {
  if (response.status === 200) return;
  await response.body?.cancel();
  const detail = `answered ${response.status}`;
  if (response.status >= 500) throw new UpstreamError('server_error', detail);
  throw new UpstreamError(
    response.status >= 300 && response.status < 400 ? 'redirect' : 'http_error',
    detail,
  );
}

async function readUpTo(response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // An exception in this loop cancels the body, so nothing beyond the limit is read.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new UpstreamError('too_large', `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function charsetOf(response: Response): string | null {
  const match = /charset\s*=\s*"?([^\s;"]+)/i.exec(response.headers.get('content-type') ?? '');
  return match?.[1]?.toLowerCase() ?? null;
}

// fetch reports only "fetch failed"; the actual error is its cause.
function describe(error: unknown): string {
  const cause = (error as Error).cause;
  return cause instanceof Error ? cause.message : (error as Error).message;
}
