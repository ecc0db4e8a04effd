import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../support/poll';
import { startServer, type TestServer } from '../support/server';

const readme = readFileSync(resolve(__dirname, '../../README.md'), 'utf8');
const blocks = [...readme.slice(readme.indexOf('## A walk-through')).matchAll(/```sh\n([^]*?)```/g)];
const [walkThrough = '', recompute = ''] = blocks.map(([, lines]) => lines);
const jq = spawnSync('jq', ['--version']).status === 0;

/** Runs lines in a shell, as if pasted. */
const paste = (lines: string, cwd: string): string =>
  execFileSync('bash', ['-c', lines], { cwd, encoding: 'utf8', timeout: 120_000 });

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
        describe: 'the package is priced',
      },
    );
    expect(priced).toMatchObject({ name: 'Winter boots', cost: { amount: '72.24', currency: 'RUB' } });
  });

  it('work as the README’s walk-through, pasted in one go', () => {
    const replies = paste(here(walkThrough), folder)
      .split(/(?<=\})(?=\{)/)
      .map((json) => JSON.parse(json));
    const [session, registration, shown, cost, wrong, me] = replies;
    expect(replies).toHaveLength(6);
    expect(session).toMatchObject({ kind: 'anonymous' });
    expect(registration).toMatchObject({ state: 'succeeded' });
    expect(shown).toMatchObject({ id: registration.package_id, name: 'Winter boots', cost: cost.cost });
    expect(cost).toMatchObject({ unrounded: '72.2350396', inputs: { weight_kg: '1.500' } });
    expect(wrong.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/name',
      '/weight_kg',
      '/content_value',
      '/type_id',
    ]);
    expect(me).toMatchObject({ kind: 'api_key', api_key: { name: 'bootstrap' } });
  });

  (jq ? describe : describe.skip)('with jq (of this machine)', () => {
    it('recompute the cost from its explanation', () => {
      expect(paste(recompute, folder).trim()).toBe('72.2350396');
    });
  });
});
