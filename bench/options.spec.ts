import { parseOptions, UsageError } from './options';

const KNOWN = ['livez', 'types', 'packages-get'];
const parse = (...args: string[]) => parseOptions(args, KNOWN);

describe('the arguments of the bench', () => {
  it('are all paths with 16 connections, and the documentation, when there are none', () => {
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

  it('name paths one by one or separated by commas', () => {
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
  ])('are refused when they are wrong: %s %s', (...args) => {
    expect(() => parse(...args)).toThrow(UsageError);
  });

  it('write the documentation after a full run alone, unless asked', () => {
    expect(parse('--quick').docs).toBe(false);
    expect(parse('--only', 'livez').docs).toBe(false);
    expect(parse('--connections', '64').docs).toBe(false);
    expect(parse('--profile').docs).toBe(false);
    expect(parse('--quick', '--write-docs').docs).toBe(true);
    expect(parse('--no-docs').docs).toBe(false);
  });
});
