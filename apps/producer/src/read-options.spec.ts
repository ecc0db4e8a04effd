import { readOptions, UsageError } from './read-options';

describe('readOptions', () => {
  it('reads the options that the README shows', () => {
    const args = '--rate 500 --count 10000 --invalid 2% --duplicates 5% --seed 42'.split(' ');
    expect(readOptions(args)).toEqual({
      source: { generate: { count: 10_000, invalid: 0.02, duplicates: 0.05, conflicts: 0, seed: 42 } },
      rate: 500,
    });
  });

  it('has defaults', () => {
    expect(readOptions([])).toEqual({
      source: { generate: { count: 1_000, invalid: 0, duplicates: 0, conflicts: 0, seed: 1 } },
      rate: undefined,
    });
    expect(readOptions(['--file', 'orders.ndjson'])).toEqual({
      source: { file: 'orders.ndjson' },
      rate: undefined,
    });
    expect(readOptions(['--help'])).toBeUndefined();
  });

  it.each([
    [['--rate', '0'], '--rate must be a whole number from 1 to 1000000; got "0".'],
    [['--count', 'many'], '--count must be a whole number from 1 to 100000000; got "many".'],
    [['--invalid', '0.02'], '--invalid must be a percentage such as 2%; got "0.02".'],
    [['--duplicates', '101%'], '--duplicates must be a percentage such as 2%; got "101%".'],
    [['--invalid', '60%', '--conflicts', '60%'], 'add up to more than 100%'],
    [['--file', 'a', '--seed', '1'], '--seed cannot be combined with --file.'],
    [['--colour', 'red'], "Unknown option '--colour'."],
    [['orders'], 'Usage: npx waybill-producer'],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });
});
