import {
  checkIfMatch,
  entityTagOf,
  matchesStrongly,
  matchesWeakly,
  RequestContext,
  requireIfMatch,
} from '@waybill/core';
import { parseEntityTags } from './parse-entity-tags';

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
    ...['"a",,"b"', ',"a","b"', '"a","b",', ' , "a"\t, ,,"b" ,, '].map((value): [string, unknown] => [
      value,
      [
        { weak: false, opaque: 'a' },
        { weak: false, opaque: 'b' },
      ],
    ]),
  ])('parses %j', (value, tags) => {
    expect(parseEntityTags(value)).toEqual(tags);
  });

  it.each(['', ',', ', ,', 'a', '"a', '"a" "b"', '"a""b"', 'w/"a"', '*, "a"', '"a", *', '"a"b'])(
    'refuses %j',
    (value) => {
      expect(parseEntityTags(value)).toBeUndefined();
    },
  );

  it('parses a long header in linear time', () => {
    const started = performance.now();
    expect(parseEntityTags(`${'"a", '.repeat(3_000)}x`)).toBeUndefined();
    expect(parseEntityTags(' '.repeat(16_000))).toBeUndefined();
    expect(parseEntityTags(`${','.repeat(16_000)}x`)).toBeUndefined();
    expect(parseEntityTags(`"a"${', '.repeat(8_000)}x`)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('entity tags', () => {
  it('are strong, and differ for different representations', () => {
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    expect(entityTagOf('a')).not.toBe(entityTagOf('b'));
  });

  it('do not change on use', () => {
    const used = (at: string | null) => entityTagOf(JSON.stringify({ id: 1, last_used_at: at, name: 'a' }));
    expect(used('2026-11-21T09:30:00.000Z')).toBe(used(null));
    expect(entityTagOf(JSON.stringify({ id: 1, name: 'b', last_used_at: null }))).not.toBe(used(null));
    const quoted = (at: string) => entityTagOf(JSON.stringify({ name: `"last_used_at":"${at}"` }));
    expect(quoted('1')).not.toBe(quoted('2'));
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

describe('requireIfMatch and checkIfMatch', () => {
  const read = (value: string | undefined) => (value === undefined ? undefined : parseEntityTags(value));
  const asking = (ifMatch: string | undefined, ifNoneMatch?: string): RequestContext => {
    const ctx = new RequestContext('r', '127.0.0.1', undefined);
    ctx.preconditions = { ifMatch: read(ifMatch), ifNoneMatch: read(ifNoneMatch) };
    return ctx;
  };
  const refusal = (
    check: (ctx: RequestContext, now: object) => void,
    ifMatch: string | undefined,
    ifNoneMatch?: string,
  ): string | undefined => {
    try {
      check(asking(ifMatch, ifNoneMatch), current);
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
  ])('accept an If-Match of %s', (_, ifMatch, required, checked) => {
    expect(refusal(requireIfMatch, ifMatch)).toBe(required);
    expect(refusal(checkIfMatch, ifMatch)).toBe(checked);
  });

  it.each([
    ['*, for the resource exists', '*', 'precondition_failed', 'precondition_failed'],
    ['the present tag', tag, 'precondition_failed', 'precondition_failed'],
    ['the present tag as a weak one', `W/${tag}`, 'precondition_failed', 'precondition_failed'],
    ['another tag', '"x"', 'precondition_required', undefined],
  ])('accept an If-None-Match of %s', (_, ifNoneMatch, required, checked) => {
    expect(refusal(requireIfMatch, undefined, ifNoneMatch)).toBe(required);
    expect(refusal(checkIfMatch, undefined, ifNoneMatch)).toBe(checked);
    expect(refusal(requireIfMatch, tag, ifNoneMatch)).toBe(checked);
  });

  it('accept only * for a target without a tag', () => {
    const untagged = (ctx: RequestContext) => checkIfMatch(ctx, undefined);
    expect(refusal(untagged, '*')).toBeUndefined();
    expect(refusal(untagged, tag)).toBe('precondition_failed');
    expect(refusal(untagged, undefined, '*')).toBe('precondition_failed');
    expect(refusal(untagged, undefined, tag)).toBeUndefined();
  });
});
