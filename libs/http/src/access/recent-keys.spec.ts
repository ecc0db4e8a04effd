import { RecentKeys } from './recent-keys';

describe('RecentKeys', () => {
  it('remembers a key until it is deleted', () => {
    const keys = new RecentKeys(2);
    expect(keys.touch('a')).toBe(false);
    expect(keys.touch('a')).toBe(false);
    keys.add('a');
    expect(keys.touch('a')).toBe(true);
    keys.delete('a');
    expect(keys.touch('a')).toBe(false);
  });

  it('drops the least recently used key', () => {
    const keys = new RecentKeys(2);
    for (const key of ['a', 'b', 'a']) keys.add(key);
    keys.add('c');
    expect(['a', 'b', 'c'].map((key) => keys.touch(key))).toEqual([true, false, true]);
    keys.touch('a');
    keys.add('d');
    expect(['a', 'c', 'd'].map((key) => keys.touch(key))).toEqual([true, false, true]);
  });
});
