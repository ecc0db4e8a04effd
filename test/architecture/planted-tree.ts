import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const projectRoot = resolve(__dirname, '../..');

/** Sources by their path below the tree's root. */
export type Sources = Record<string, string>;

/**
 * Writes sources in the project's layout to a temporary folder, together with the project's real
 * configuration files, so that a check can run on code that violates it.
 */
export function plantTree(sources: Sources, configurationFiles: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'waybill planted '));
  for (const name of configurationFiles) copyFileSync(join(projectRoot, name), join(root, name));
  for (const [path, content] of Object.entries(sources)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return root;
}

export function removeTree(root: string): void {
  rmSync(root, { recursive: true, force: true });
}

/** Runs one of the project's command-line tools in a tree. */
export function runTool(
  tool: string,
  args: string[],
  cwd: string,
): { status: number | null; stdout: string } {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(projectRoot, 'node_modules/.bin', tool), ...args],
    { cwd, encoding: 'utf8', timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
  );
  if (error) throw error;
  if (stdout === '') throw new Error(`${tool} printed nothing but: ${stderr}`);
  return { status, stdout };
}
