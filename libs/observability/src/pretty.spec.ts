import { PrettyLog } from './pretty';

const TIME = '2026-11-21T09:00:00.000Z';
const clock = new Date(TIME).toTimeString().slice(0, 8);

describe('the log on a terminal', () => {
  let shown: string[];
  let now: number;
  beforeEach(() => {
    shown = [];
    now = 0;
  });
  const logTo = (colour: boolean) =>
    new PrettyLog({ write: (text: string) => shown.push(text) }, colour, () => now);
  const line = (fields: object): string => `${JSON.stringify({ level: 'info', time: TIME, ...fields })}\n`;

  it('shows the time, the level, the context and the message', () => {
    logTo(false).write(line({ context: 'Rates', msg: 'hello', request_id: 'r1', count: 2 }));
    expect(shown).toEqual([`${clock} INFO  Rates hello count=2\n`]);
  });

  it('shows one line per request', () => {
    const log = logTo(false);
    log.write(line({ msg: 'request', method: 'GET', route: '/api/v1/types', status: 200, ms: 1.5 }));
    expect(shown).toEqual([`${clock} INFO  GET /api/v1/types 200 1.5 ms\n`]);
  });

  it('uses colours when the terminal shows them', () => {
    logTo(true).write(line({ level: 'error', context: 'Rates', msg: 'no' }));
    expect(shown[0]).toContain('\u001B[31mERROR');
    logTo(false).write(line({ level: 'error', msg: 'no' }));
    expect(shown[1]).not.toContain('\u001B');
  });

  it('shows the same warning once per ten minutes, even with other numbers, and every error', () => {
    const log = logTo(false);
    for (const number of [1, 2])
      log.write(line({ level: 'warn', context: 'A', msg: `away for ${number} s` }));
    log.write(line({ level: 'warn', context: 'B', msg: 'away for 1 s' }));
    for (let times = 0; times < 2; times++) log.write(line({ level: 'error', msg: 'broken' }));
    expect(shown.map((text) => text.slice(9))).toEqual([
      'WARN  A away for 1 s\n',
      'WARN  B away for 1 s\n',
      'ERROR broken\n',
      'ERROR broken\n',
    ]);
    now += 11 * 60_000;
    log.write(line({ level: 'warn', context: 'A', msg: 'away for 3 s' }));
    expect(shown).toHaveLength(5);
  });

  it('shows the stack below an error', () => {
    const log = logTo(false);
    log.write(line({ level: 'error', msg: 'x', err: { stack: 'Error: x\n    at y' } }));
    log.write(line({ level: 'error', msg: 'x', details: ['at z'] }));
    expect(shown).toEqual([`${clock} ERROR x\n  Error: x\n      at y\n`, `${clock} ERROR x\n  at z\n`]);
  });
});
