import { parseOptions, UsageError } from './options';

const KNOWN = ['livez', 'types', 'packages-get'];
const parse = (...args: string[]) => parseOptions(args, KNOWN);

describe('the arguments of the bench', () => {
  it('default to all paths, 16 connections and writing the documentation', () => {
    expect(parse()).toEqual({
      only: [],
      quick: false,
      json: undefined,
      connections: 16,
      profile: false,
      list: false,
      help: false,
      docs: true,
    });
  });

  it('select paths one by one or separated by commas', () => {
    expect(parse('--only', 'livez,types', '--only=packages-get').only).toEqual(KNOWN);
  });

  it.each([
    ['--only', 'packages-gte'],
    ['--connections', '0'],
    ['--connections', '1.5'],
    ['--connections', '1e2'],
    ['--connections', '2000'],
    ['--connections'],
    ['--jsn', 'x'],
    ['livez'],
  ])('are refused when invalid: %s %s', (...args) => {
    expect(() => parse(...args)).toThrow(UsageError);
  });

  it('write the documentation only after a full run, or when asked to', () => {
    expect(parse('--quick').docs).toBe(false);
    expect(parse('--only', 'livez').docs).toBe(false);
    expect(parse('--connections', '64').docs).toBe(false);
    expect(parse('--profile').docs).toBe(false);
    expect(parse('--quick', '--write-docs').docs).toBe(true);
    expect(parse('--no-docs').docs).toBe(false);
  });
});
