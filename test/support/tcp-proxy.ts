import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Address {
  host: string;
  port: number;
}

/** A TCP proxy that a test can break instead of the service itself. */
export interface TcpProxy extends Address {
  /** New connections go to this address. */
  target: Address;
  /** Ends all connections, and refuses new ones. */
  cut(): void;
  /** Accepts connections again. */
  restore(): void;
  /** Stops forwarding what the service sends. */
  mute(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: Address): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const upstreams = new Set<Socket>();
  let isCut = false;
  const track = (socket: Socket, set = sockets) => {
    set.add(socket);
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    track(client);
    const upstream = track(connect(proxy.target), upstreams);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endAll = () => sockets.forEach((socket) => socket.destroy());
  const proxy: TcpProxy = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    target,
    cut: () => {
      isCut = true;
      endAll();
    },
    restore: () => (isCut = false),
    mute: () => upstreams.forEach((upstream) => upstream.unpipe()),
    close: async () => {
      endAll();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
