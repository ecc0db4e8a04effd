import { addDays, moscowDay } from './moscow-day';

const FROM = '11:30';
const UNTIL = '18:00';

const moscowTime = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Moscow',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/**
 * Whether the bank may have published a list that is not stored yet: on weekdays it publishes the next one between about
 * 11:30 and 15:30 (Europe/Moscow), sometimes later.
 * @param newest the newest effective date that is stored, `YYYY-MM-DD`.
 */
export function awaitsPublication(now: Date, newest: string | undefined): boolean {
  const today = moscowDay(now);
  const weekday = new Date(`${today}T00:00:00Z`).getUTCDay();
  const time = moscowTime.format(now);
  const isTime = weekday >= 1 && weekday <= 5 && time >= FROM && time < UNTIL;
  return isTime && (newest === undefined || newest < addDays(today, 1));
}
