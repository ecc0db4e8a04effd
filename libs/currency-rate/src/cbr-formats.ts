import { parseCbrJson } from './cbr-json';
import type { RateListQuery, SourceFormat } from './cbr-source';
import { parseCbrXml } from './cbr-xml';
import { decodeUtf8, decodeWindows1251 } from './charset';
import { addDays, daysBetween } from './moscow-day';
import type { ListInForce } from './rate-list';
import { refused } from './upstream-error';

/** Before long holidays, the bank publishes a list that takes effect after them. */
const MAX_DAYS_AHEAD = 14;

/** JSON mirror: returns its newest list and the previous one. */
export function jsonMirror(url: string, maxAgeDays: number): SourceFormat {
  return {
    source: 'cbr-json',
    url: () => new URL(url),
    read: (download, { today }) => {
      const { list, previous } = parseCbrJson(decodeUtf8(download));
      const age = daysBetween(list.effectiveDate, today);
      if (age > maxAgeDays || age < -MAX_DAYS_AHEAD) throw refused(`dated ${list.effectiveDate} on ${today}`);
      const lists: ListInForce[] = [
        { ...list, fromPrevious: false, through: latest(list.effectiveDate, today) },
      ];
      if (previous) lists.push({ ...previous, fromPrevious: true, through: addDays(list.effectiveDate, -1) });
      return lists;
    },
  };
}

/** The bank's own XML: returns the list in force on a given day. */
export function bankXml(url: string, maxAgeDays: number): SourceFormat {
  return {
    source: 'cbr-xml',
    url: ({ day }) => {
      const result = new URL(url);
      // The bank expects DD/MM/YYYY with unescaped slashes.
      const parameter = `date_req=${day.split('-').toReversed().join('/')}`;
      result.search = result.search ? `${result.search}&${parameter}` : parameter;
      return result;
    },
    read: (download, query) => {
      const list = parseCbrXml(decodeWindows1251(download));
      const age = daysBetween(list.effectiveDate, query.day);
      if (age > maxAgeDays || age < 0) throw refused(`dated ${list.effectiveDate}, asked for ${query.day}`);
      return [{ ...list, fromPrevious: false, through: knownThrough(list.effectiveDate, query) }];
    },
  };
}

// For a future day, an older list only means that the newer one is not published yet.
function knownThrough(effectiveDate: string, { day, today }: RateListQuery): string {
  return latest(effectiveDate, day > today ? today : day);
}

function latest(one: string, other: string): string {
  return one > other ? one : other;
}
