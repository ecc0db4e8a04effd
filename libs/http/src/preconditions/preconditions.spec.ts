import { RequestContext } from '../request-context';
import { entityTagOf, matchesStrongly, matchesWeakly, parseEntityTags } from './entity-tags';
import { honourMatch, requireMatch } from './preconditions';

const current = { id: 1, created_at: new Date(0) };
const tag = entityTagOf(JSON.stringify(current));

describe('parseEntityTags', () => {
  it.each([
    ['*', '*'],
    ['"a"', [{ weak: false, opaque: 'a' }]],
    ['W/"a"', [{ weak: true, opaque: 'a' }]],
    ['""', [{ weak: false, opaque: '' }]],
    [
      '"a,b" ,W/"c"',
      [
        { weak: false, opaque: 'a,b' },
        { weak: true, opaque: 'c' },
      ],
    ],
  ])('reads %s', (value, tags) => {
    expect(parseEntityTags(value)).toEqual(tags);
  });

  it.each(['', 'a', '"a', '"a" "b"', 'w/"a"', '*, "a"', '"a", *', '"a"b'])('refuses %j', (value) => {
    expect(parseEntityTags(value)).toBeUndefined();
  });

  it('takes no longer for a long header than for its length', () => {
    const started = performance.now();
    expect(parseEntityTags(`${'"a", '.repeat(3_000)}x`)).toBeUndefined();
    expect(parseEntityTags(' '.repeat(16_000))).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('entity tags', () => {
  it('are strong, and differ for representations that differ', () => {
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    expect(entityTagOf('a')).not.toBe(entityTagOf('b'));
  });

  it('compare strongly for If-Match, weakly for If-None-Match', () => {
    const weak = parseEntityTags(`W/${tag}`)!;
    expect([matchesStrongly(weak, tag), matchesWeakly(weak, tag)]).toEqual([false, true]);
    const listed = parseEntityTags(`"x", ${tag}`)!;
    expect([matchesStrongly(listed, tag), matchesWeakly(listed, tag)]).toEqual([true, true]);
    const others = parseEntityTags('"x", W/"y"')!;
    expect([matchesStrongly(others, tag), matchesWeakly(others, tag)]).toEqual([false, false]);
    expect([matchesStrongly('*', tag), matchesWeakly('*', tag)]).toEqual([true, true]);
  });
});

describe('requireMatch and honourMatch', () => {
  const asking = (ifMatch: string | undefined): RequestContext => {
    const ctx = new RequestContext('r', '127.0.0.1', undefined);
    ctx.preconditions = { ifMatch: ifMatch === undefined ? undefined : parseEntityTags(ifMatch) };
    return ctx;
  };
  const refusal = (check: typeof requireMatch, ifMatch: string | undefined): string | undefined => {
    try {
      check(asking(ifMatch), current);
      return undefined;
    } catch (error) {
      return (error as { kind: string }).kind;
    }
  };

  it.each([
    ['no If-Match', undefined, 'precondition_required', undefined],
    ['the present tag', tag, undefined, undefined],
    ['one of several', `"x", ${tag}`, undefined, undefined],
    ['*', '*', undefined, undefined],
    ['a stale tag', '"x"', 'precondition_failed', 'precondition_failed'],
    ['a weak tag', `W/${tag}`, 'precondition_failed', 'precondition_failed'],
  ])('take %s', (_, ifMatch, required, honoured) => {
    expect(refusal(requireMatch, ifMatch)).toBe(required);
    expect(refusal(honourMatch, ifMatch)).toBe(honoured);
  });
});
