import { connect, type Socket } from 'node:net';

/** A raw reply. Names of headers are in lower case. */
export interface RawReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const TIMEOUT_MS = 60_000;

/** A connection that can send arbitrary bytes, for requests that an HTTP client can't send. */
export class RawConnection {
  private received = '';
  private readonly closed: Promise<void>;

  private constructor(private readonly socket: Socket) {
    socket.setTimeout(TIMEOUT_MS, () =>
      socket.destroy(new Error('The server does not answer and does not close the connection')),
    );
    socket.setEncoding('latin1').on('data', (text: string) => (this.received += text));
    this.closed = new Promise((resolve, reject) => socket.once('close', resolve).once('error', reject));
    this.closed.catch(() => undefined); // replies() reports it
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const connection = new RawConnection(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return connection;
  }

  send(bytes: string | Buffer): this {
    this.socket.write(bytes);
    return this;
  }

  /** Closes the sending side of the connection. */
  end(): this {
    this.socket.end();
    return this;
  }

  /** The received text so far. */
  get text(): string {
    return this.received;
  }

  /** Waits until the server closes the connection. @returns all replies */
  async replies(): Promise<RawReply[]> {
    await this.closed;
    return parse(Buffer.from(this.received, 'latin1'));
  }
}

/** Sends bytes over a new connection. @returns the replies, after the server has closed it */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawReply[]> {
  const connection = await RawConnection.open(url);
  return connection.send(bytes).replies();
}

function parse(bytes: Buffer): RawReply[] {
  const replies: RawReply[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) throw new Error(`This is not an HTTP reply: ${rest.toString()}`);
    const [statusLine = '', ...lines] = rest.subarray(0, end).toString().split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    ) as Record<string, string>;
    const length = Number(headers['content-length'] ?? 0);
    const body = rest.subarray(end + 4, end + 4 + length);
    if (body.length < length) throw new Error(`This reply is incomplete: ${rest.toString()}`);
    replies.push({ status: Number(statusLine.split(' ')[1]), headers, body: body.toString() });
    rest = rest.subarray(end + 4 + length);
  }
  return replies;
}
