import { addDays, daysBetween, isDay, moscowDay } from './moscow-day';

describe('days in Moscow', () => {
  it('begin three hours before days in UTC', () => {
    expect(moscowDay(new Date('2026-11-20T20:59:59.999Z'))).toBe('2026-11-20');
    expect(moscowDay(new Date('2026-11-20T21:00:00Z'))).toBe('2026-11-21');
    expect(moscowDay(new Date('2026-12-31T21:00:00Z'))).toBe('2027-01-01');
  });

  it('are counted across months, leap days and years', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
    expect(addDays('2027-01-01', -1)).toBe('2026-12-31');
    expect(daysBetween('2026-12-31', '2028-03-01')).toBe(426);
  });

  it('must exist in the calendar', () => {
    expect(['2028-02-29', '2026-02-29', '2026-13-01', '2026-1-1', 'today'].map(isDay)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
