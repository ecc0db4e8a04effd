import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { plantTree, projectRoot, removeTree } from './planted-tree';

const good = `export const one = 1;\n`;
const unformatted = `export  const one = 1\n`;
const forbidden = `console.log('here');\n`;

/** Git without configuration, and without the variables of a git command that may run these tests. */
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

describe('the pre-commit hook', () => {
  let root: string;

  beforeEach(() => {
    root = plantTree({}, ['.oxlintrc.json', '.prettierrc.json', '.prettierignore']);
    git('init', '--quiet');
    git('config', 'user.name', 'Tester');
    git('config', 'user.email', 'tester@example.org');
    git('add', '.');
    git('commit', '--quiet', '-m', 'configuration');
    symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
    mkdirSync(join(root, '.githooks'));
    copyFileSync(join(projectRoot, '.githooks/pre-commit'), join(root, '.githooks/pre-commit'));
    git('config', 'core.hooksPath', '.githooks');
  });

  afterEach(() => removeTree(root));

  function git(...args: string[]): string {
    return execFileSync('git', args, { cwd: root, env: environment, encoding: 'utf8' });
  }

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }

  function stage(path: string, content: string): void {
    write(path, content);
    git('add', '--', path);
  }

  function commit(): { status: number | null; output: string } {
    const options = { cwd: root, env: environment, encoding: 'utf8', timeout: 120_000 } as const;
    const { status, stdout, stderr } = spawnSync('git', ['commit', '--quiet', '-m', 'why'], options);
    return { status, output: stdout + stderr };
  }

  it('accepts good files, paths with spaces and Cyrillic letters, and files of unknown types', () => {
    stage('libs/one thing/src/Счёт -1.ts', good);
    stage('apps/-odd.ts', good);
    stage('notes [draft].md', '# Notes\n');
    stage('data.bin', '\u0000');

    expect(commit()).toEqual({ status: 0, output: '' });
    expect(git('log', '-1', '--format=%s')).toBe('why\n');
  });

  it.each([
    ['breaks a lint rule', 'libs/one thing/src/noisy.ts', forbidden, 'no-console'],
    ['is not formatted', 'libs/one thing/src/untidy.ts', unformatted, 'untidy.ts'],
    ['is Markdown that is not formatted', 'odd notes.md', '#   Notes\n', 'odd notes.md'],
    ['is JSON that does not parse', 'broken.json', '{', 'broken.json'],
  ])('refuses a file that %s', (_, path, content, complaint) => {
    stage('fine.ts', good);
    stage(path, content);

    const { status, output } = commit();

    expect(status).toBe(1);
    expect(output).toContain(complaint);
  });

  it('checks the staged content, not the work tree', () => {
    stage('staged-bad.ts', forbidden);
    write('staged-bad.ts', good);
    expect(commit().status).toBe(1);

    git('add', 'staged-bad.ts');
    write('staged-bad.ts', forbidden);
    write('never-staged.ts', forbidden);
    expect(commit().status).toBe(0);
  });

  it('accepts a deletion', () => {
    stage('goes.ts', good);
    commit();
    git('rm', '--quiet', 'goes.ts');

    expect(commit()).toEqual({ status: 0, output: '' });
  });
});
