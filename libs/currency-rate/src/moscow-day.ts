const DAY_MS = 86_400_000;

const moscow = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Moscow',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** Returns the calendar day of an instant in Europe/Moscow, as `YYYY-MM-DD`. */
export function moscowDay(instant: Date): string {
  return moscow.format(instant);
}

/** Whether a text is a valid calendar day, as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // The round trip rejects days such as February 30.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Adds days to a day; a negative number subtracts. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Returns the number of days from `from` to `to`. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;
}
