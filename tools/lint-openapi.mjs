// Lints the OpenAPI document of a server with Redocly's rules (redocly.yaml), offline.
//   node tools/lint-openapi.mjs [URL of a running server]
// Without a URL it starts the built server on embedded parts, and stops it afterwards.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const START_DEADLINE_MS = 60_000;
const FETCH_DEADLINE_MS = 10_000;

const folder = mkdtempSync(path.join(tmpdir(), 'waybill-openapi-'));
try {
  const url = process.argv[2];
  process.exitCode = url ? await lint(url) : await lintOwnServer();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function lint(url) {
  const reply = await fetch(new URL('/api/openapi.json', url), {
    signal: AbortSignal.timeout(FETCH_DEADLINE_MS),
  });
  if (!reply.ok) throw new Error(`GET ${reply.url} answers ${reply.status}`);
  const file = path.join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(await reply.json(), null, 2));
  const redocly = spawn(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/@redocly/cli/bin/cli.js'),
      'lint',
      '--config',
      path.join(ROOT, 'redocly.yaml'),
      file,
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    },
  );
  return new Promise((resolve, reject) =>
    redocly.on('error', reject).on('exit', (code) => resolve(code ?? 1)),
  );
}

async function lintOwnServer() {
  const server = spawn(process.execPath, [path.join(ROOT, 'dist/apps/server/main.js')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, DATA_DIR: path.join(folder, 'data'), PORT: '0' },
  });
  const exited = new Promise((resolve) => server.on('exit', resolve));
  try {
    return await lint(await urlOf(server, exited));
  } finally {
    server.kill('SIGTERM');
    await exited;
  }
}

function urlOf(server, exited) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('The server did not start in time')), START_DEADLINE_MS).unref();
    exited.then((code) => reject(new Error(`The server ended with code ${code}`)));
    let output = '';
    server.stdout.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-100_000);
      const url = /^Waybill listens on (http\S+)$/m.exec(output)?.[1];
      if (url) resolve(url);
    });
  });
}
