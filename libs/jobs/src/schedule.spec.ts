import { Schedule } from './schedule';

const afternoons = new Schedule({ cron: '*/10 11-17 * * 1-5', timeZone: 'Europe/Moscow' });
const everyTwoSeconds = new Schedule({ cron: '*/2 * * * * *', timeZone: 'UTC' });

describe('a schedule', () => {
  // 2026-11-20 is a Friday; Moscow is three hours ahead of UTC.
  it.each([
    [
      'the slot that has just begun',
      '2026-11-20T12:00:00.000Z',
      '2026-11-20T12:00:00Z',
      '2026-11-20T12:10:00Z',
    ],
    ['within a slot', '2026-11-20T12:09:59.999Z', '2026-11-20T12:00:00Z', '2026-11-20T12:10:00Z'],
    ['after the last of a day', '2026-11-20T20:00:00.000Z', '2026-11-20T14:50:00Z', '2026-11-23T08:00:00Z'],
    ['on a Sunday', '2026-11-22T12:00:00.000Z', '2026-11-20T14:50:00Z', '2026-11-23T08:00:00Z'],
  ])('computes the current and the next slot %s', (_, now, slot, next) => {
    expect(afternoons.slotAt(new Date(now))).toEqual(new Date(slot));
    expect(afternoons.nextAfter(new Date(now))).toEqual(new Date(next));
  });

  it('has seconds if the expression has six fields', () => {
    expect(everyTwoSeconds.slotAt(new Date('2026-11-20T12:00:03.500Z'))).toEqual(
      new Date('2026-11-20T12:00:02Z'),
    );
  });
});
