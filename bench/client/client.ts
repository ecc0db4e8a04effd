import { once } from 'node:events';
import { end, spawnNode, typescript } from '../processes';
import type { Load, LoadSpec } from './load';

/** The client process, as the bench sees it. */
export interface Client {
  pid: number;
  run(spec: LoadSpec): Promise<Load>;
  stop(): Promise<void>;
}

export function startClient(log: string): Client {
  const child = spawnNode(typescript('client/main.ts'), { core: 'client', env: {}, log, ipc: true });
  child.stdout?.resume();
  const gone = once(child, 'exit').then(() => {
    throw new Error(`The client's process ended; see ${log}`);
  });
  gone.catch(() => undefined); // run() reports the failure.
  return {
    pid: child.pid!,
    run: async (spec) => {
      const answer = once(child, 'message') as Promise<[{ done?: Load; error?: string }]>;
      child.send(spec);
      const [{ done, error }] = await Promise.race([answer, gone]);
      if (!done) throw new Error(error);
      return done;
    },
    stop: () => end(child),
  };
}
