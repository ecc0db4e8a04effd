import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { binariesForRoot, binariesInPlace, postgresPackage } from './binaries';

describe("PostgreSQL's binaries", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-binaries-'));
  beforeAll(() => chmodSync(folder, 0o755));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are linked beside the data, and linked again after the checkout has moved', () => {
    const links = path.join(folder, 'links');
    mkdirSync(links);
    symlinkSync('/gone/libpq.so.5.18', path.join(links, 'libpq.so.5'));
    const { bin, libraryPath } = binariesInPlace(links);
    expect(existsSync(path.join(bin, 'initdb'))).toBe(true);
    expect(libraryPath).toBe(`${links}:${postgresPackage().native}/lib`);
    for (const link of readdirSync(links)) expect(existsSync(path.join(links, link))).toBe(true);
    expect(path.dirname(readlinkSync(path.join(links, 'libpq.so.5')))).toBe(
      `${postgresPackage().native}/lib`,
    );
  });

  (process.getuid?.() === 0 ? describe : describe.skip)('as root', () => {
    it('are copied once per version, readable by all and writable only by root', () => {
      const place = path.join(folder, 'cache');
      const { bin } = binariesForRoot([place]);
      const stat = lstatSync(path.join(bin, 'postgres'));
      expect([stat.uid, stat.mode & 0o777]).toEqual([0, 0o755]);
      expect(binariesForRoot([place])).toEqual({ bin, libraryPath: path.join(path.dirname(bin), 'lib') });
      expect(lstatSync(path.join(bin, 'postgres')).ino).toBe(stat.ino);
      expect(readdirSync(place)).toEqual([postgresPackage().version]);
    });

    it('are not run from a folder that another user can write to', () => {
      const open = path.join(folder, 'open');
      mkdirSync(open);
      chmodSync(open, 0o777);
      expect(() => binariesForRoot([open])).toThrow(/open: users other than root can write there/);
      const target = path.join(folder, 'target');
      mkdirSync(target);
      const link = path.join(folder, 'link');
      symlinkSync(target, link);
      expect(() => binariesForRoot([link])).toThrow(/can write there/);
      expect([readdirSync(open), readdirSync(target)]).toEqual([[], []]);
    });
  });
});
