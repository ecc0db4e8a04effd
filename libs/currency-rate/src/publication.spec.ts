import { awaitsPublication } from './publication';

describe('the time in which tomorrow’s list is published', () => {
  // 2026-11-20 is a Friday.
  it.each([
    ['from 11:30', '2026-11-20T11:30:00+03:00', '2026-11-20', true],
    ['not before', '2026-11-20T11:29:59+03:00', '2026-11-20', false],
    ['until 18:00', '2026-11-20T17:59:59+03:00', '2026-11-20', true],
    ['not later', '2026-11-20T18:00:00+03:00', '2026-11-20', false],
    ['not after midnight', '2026-11-20T00:10:00+03:00', '2026-11-20', false],
    ['not once a later list is stored', '2026-11-20T12:00:00+03:00', '2026-11-21', false],
    ['when nothing is stored', '2026-11-20T12:00:00+03:00', undefined, true],
    ['not on a Saturday', '2026-11-21T12:00:00+03:00', '2026-11-20', false],
    ['not on a Sunday', '2026-11-22T12:00:00+03:00', '2026-11-21', false],
    ['on a Monday', '2026-11-23T12:00:00+03:00', '2026-11-21', true],
  ])('%s', (_, now, newest, awaits) => {
    expect(awaitsPublication(new Date(now), newest)).toBe(awaits);
  });
});
