import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eventually } from '../../../test/support/poll';
import { killWithParent } from '../../../test/support/child-process';

const BINARY = 'nats-server';

/** Whether the machine has `nats-server`. */
export const hasNatsServer = (): boolean => spawnSync(BINARY, ['--version']).status === 0;

/** `describe`; the suite is skipped if the machine has no `nats-server`. */
export const describeWithNatsServer = (name: string, suite: () => void): void =>
  (hasNatsServer() ? describe : describe.skip)(`${name} (nats-server of this machine)`, suite);

/**
 * Starts a NATS server with JetStream on a free port. It ends with this process.
 * @param settings more lines of its configuration.
 * @param files that the settings name.
 */
export async function startNatsServer(
  settings = '',
  files: Record<string, string> = {},
): Promise<{ host: string; port: number; stop(): Promise<void> }> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'waybill-nats-'));
  const config = `listen: 127.0.0.1:-1\nports_file_dir: "${dir}"\njetstream { store_dir: "${dir}/store" }\n${settings}`;
  for (const [name, content] of Object.entries({ ...files, 'nats.conf': config }))
    writeFileSync(path.join(dir, name), content);
  const command = [...killWithParent(), BINARY, '--config', path.join(dir, 'nats.conf')];
  const child = spawn(command[0]!, command.slice(1), { cwd: dir, stdio: 'ignore' });
  const ports = await eventually(() => portsIn(dir), { describe: 'the NATS server listens' });
  return {
    host: '127.0.0.1',
    port: Number(new URL(ports.nats[0]!).port),
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Reads the file that the server writes when it listens. */
function portsIn(dir: string): { nats: string[] } | undefined {
  const [file] = globSync(path.join(dir, '*.ports'));
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as { nats: string[] });
}
