import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../support/poll';
import { startServer, type TestServer } from '../support/server';

const readme = readFileSync(resolve(__dirname, '../../README.md'), 'utf8');
const walkThrough = readme.slice(readme.indexOf('## A walk-through'), readme.indexOf('## Configuration'));
const curls = [...walkThrough.matchAll(/```sh\n((?:id=|curl)[^]*?)```/g)].map((match) => match[1] as string);

/** Runs lines in a shell as somebody who pastes them does. */
const paste = (lines: string, cwd: string): string =>
  execFileSync('bash', ['-c', lines], { cwd, encoding: 'utf8', timeout: 15_000 });

describe('commands that a newcomer pastes', () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    server = await startServer();
    folder = mkdtempSync(join(tmpdir(), 'waybill-readme-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server.stop();
  });

  const here = (lines: string): string =>
    lines
      .replaceAll('http://localhost:8000', server.url)
      .replaceAll('.data/admin.key', join(server.dataDir, 'admin.key'));

  it('work as npm start prints them', async () => {
    const printed = server
      .output()
      .split(/^(?=curl )/m)
      .slice(1)
      .map((part) => part.split('\n\n', 1)[0] as string);
    expect(printed).toHaveLength(2);
    const [register, list] = printed as [string, string];
    expect(JSON.parse(paste(register, folder))).toMatchObject({ state: 'pending' });
    const priced = await eventually(
      async () => JSON.parse(paste(list, folder)).items.find((item: { cost: unknown }) => item.cost !== null),
      {
        describe: 'the package to be priced',
      },
    );
    expect(priced).toMatchObject({ name: 'Winter boots', cost: { amount: '72.24', currency: 'RUB' } });
  });

  it('work as the README’s walk-through shows them', async () => {
    expect(curls).toHaveLength(7);
    const [session, types, register, list, cost, wrong, admin] = curls.map(
      (lines) => () => JSON.parse(paste(here(lines), folder)),
    );
    expect(session?.()).toMatchObject({ kind: 'anonymous' });
    expect(types?.().items.map(({ name }: { name: string }) => name)).toEqual([
      'clothes',
      'electronics',
      'misc',
    ]);
    const accepted = register?.();
    expect(accepted).toMatchObject({ state: 'pending' });
    expect(register?.()).toEqual(accepted);
    const priced = await eventually(
      async () => list?.().items.find((item: { cost: unknown }) => item.cost !== null),
      {
        describe: 'the package to be priced',
      },
    );
    expect(priced).toMatchObject({ name: 'Winter boots', cost: { currency: 'RUB' } });
    expect(cost?.()).toMatchObject({
      package_id: priced.id,
      cost: priced.cost,
      inputs: { weight_kg: '1.500' },
    });
    expect(wrong?.().errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/name',
      '/weight_kg',
      '/content_value',
      '/type_id',
    ]);
    expect(admin?.().items).toHaveLength(2);
  });
});
