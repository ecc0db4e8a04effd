/** A request that can be sent repeatedly. */
export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Instructions for the client process. */
export type LoadSpec =
  /**
   * Closed-loop load: each connection sends its next request after the previous reply, for a duration or a number of
   * requests.
   */
  | {
      kind: 'closed';
      url: string;
      requests: Request[];
      connections: number;
      seconds?: number;
      amount?: number;
    }
  /** Open-loop load: sends requests at a fixed rate, whether or not earlier ones were answered. */
  | { kind: 'open'; url: string; requests: Request[]; rate: number; seconds: number };

/** Result of a load. Times are in milliseconds. */
export interface Load {
  /** Number of 2xx replies, and their rate per second. */
  good: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** Number of 429 and 503 replies, and their latency. */
  refused: number;
  refusedP99: number;
  /** Other statuses, broken connections, timeouts. */
  failed: number;
  /** Requests of an open-loop load that were not sent because no connection was free. */
  unsent: number;
  seconds: number;
  /** Fraction of a core that the client used. */
  clientCpu: number;
}
