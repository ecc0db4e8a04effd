import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

// A separate process writes the log, because the tests check its stdout.
const library = resolve(__dirname, '../../../dist/libs/observability/src/logging.js');
const linesOf = (script: string): Record<string, unknown>[] => {
  const code = `const { createLogger, NestLogger, runWithLogFields } = require(${JSON.stringify(library)});
    const pino = createLogger({ logLevel: 'debug', production: false }); const logger = new NestLogger(pino); ${script}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', code], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('the log', () => {
  it('writes JSON lines with the context and the request id', () => {
    const [inside, outside] = linesOf(`
      runWithLogFields({ request_id: 'r1', trace_id: undefined }, () => logger.log('hello', 'Greeter'));
      logger.warn('bye', 'Greeter');`);
    expect(inside).toMatchObject({ level: 'info', context: 'Greeter', request_id: 'r1', msg: 'hello' });
    expect(outside).toMatchObject({ level: 'warn', msg: 'bye' });
    expect(outside).not.toHaveProperty('request_id');
  });

  it('redacts credentials, passwords and query parameters', () => {
    const [line] = linesOf(`
      const err = Object.assign(new Error('insert failed'), { query: 'INSERT', parameters: ['tax number'], driverError: { detail: 'Key (email)=(a@b.c)' } });
      const headers = { authorization: 'Bearer k', cookie: 'waybill_session=t', accept: 'text/plain' };
      logger.error({ err, headers, body: { password: 'hunter2' } }, 'Here');`);
    const text = JSON.stringify(line);
    for (const secret of ['tax number', 'a@b.c', 'INSERT', 'Bearer k', 'waybill_session', 'hunter2'])
      expect(text).not.toContain(secret);
    expect(line).toMatchObject({
      level: 'error',
      err: { message: 'insert failed' },
      headers: { accept: 'text/plain' },
    });
  });

  it('logs Nest’s start-up messages at debug level', () => {
    const [line] = linesOf(`logger.log('Mapped {/x, GET} route', 'RouterExplorer');`);
    expect(line?.level).toBe('debug');
  });

  it.each([
    [false, /^\d\d:\d\d:\d\d INFO {2}Here hello\n$/],
    [true, /^\{"level":"info",.*"msg":"hello"\}\n$/],
  ])('has short lines on a terminal, but JSON in production: %s', (production, expected) => {
    const code = `Object.assign(process.stdout, { isTTY: true, hasColors: () => false });
      const { createLogger, NestLogger } = require(${JSON.stringify(library)});
      new NestLogger(createLogger({ logLevel: 'info', production: ${production} })).log('hello', 'Here');`;
    expect(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout).toMatch(expected);
  });

  it.each([
    ['the process exits', `logger.log('last', 'Here'); process.exit(0);`],
    ['an exception is not caught', `logger.log('last', 'Here'); throw new Error('unexpected');`],
    ['a fatal line is written', `logger.log('last', 'Here'); logger.fatal('dead', 'Here'); die();`],
    ['50 ms are over', `logger.log('last', 'Here'); setTimeout(die, 60_000); out.then(die);`],
    [
      'much is waiting',
      `for (let i = 0; i < 200; i++) logger.log('last ' + 'x'.repeat(100), 'Here'); die();`,
    ],
  ])('is written when %s', (_, script) => {
    const code = `const { createLogger, NestLogger } = require(${JSON.stringify(library)});
      const fs = require('node:fs'); const { writeSync } = fs;
      const out = new Promise((resolve) => { fs.writeSync = (...args) => { resolve(); return writeSync(...args); }; });
      const die = () => process.kill(process.pid, 'SIGKILL');
      const logger = new NestLogger(createLogger({ logLevel: 'info', production: true })); ${script}`;
    expect(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout).toContain('"msg":"last');
  });
});
