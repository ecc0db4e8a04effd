/** A request, ready to be sent as often as it takes. */
export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** What the client process is told to do. */
export type Order =
  /** Each connection sends its next request when it has the reply to the last: for some seconds, or so many in all. */
  | {
      kind: 'closed';
      url: string;
      requests: Request[];
      connections: number;
      seconds?: number;
      amount?: number;
    }
  /** Requests come at a rate, whether or not earlier ones were answered. */
  | { kind: 'open'; url: string; requests: Request[]; rate: number; seconds: number };

/** What came of it. Times are in milliseconds. */
export interface Load {
  /** 2xx replies, and how many a second. */
  good: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** 429 and 503, and their latency. */
  refused: number;
  refusedP99: number;
  /** Other statuses, broken connections, timeouts. */
  failed: number;
  /** What could not even be sent because no connection was free; of open loads. */
  unsent: number;
  seconds: number;
  /** The share of a core that the client itself took. */
  clientCpu: number;
}
