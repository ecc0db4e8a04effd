import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { type AssetName, assetFiles, ownScripts } from './docs-pages';

export interface Asset {
  body: Buffer;
  type: string;
}

/**
 * The files of the documentation pages, read on first use. A file's URL contains its digest, so the content at a URL
 * never changes.
 */
@Injectable()
export class DocsAssets {
  private loaded?: { byKey: ReadonlyMap<string, Asset>; keys: ReadonlyMap<string, string> };

  /** Returns the URL of a file. */
  readonly url = (name: AssetName): string => `/api/docs/${this.files.keys.get(name)}`;

  /** Returns the file for the last segment of such a URL. */
  find(key: string): Asset | undefined {
    return this.files.byKey.get(key);
  }

  private get files() {
    return (this.loaded ??= load());
  }
}

function load() {
  const assets: [string, Asset][] = [
    ...Object.entries(assetFiles).map(([name, { from, type }]): [string, Asset] => [
      name,
      { body: withoutCdn(readFileSync(require.resolve(from), 'utf8')), type },
    ]),
    ...Object.entries(ownScripts).map(([name, text]): [string, Asset] => [
      name,
      { body: Buffer.from(text), type: 'text/javascript; charset=utf-8' },
    ]),
  ];
  const keys = new Map(assets.map(([name, { body }]) => [name, `${digestOf(body)}-${name}`]));
  return { keys, byKey: new Map(assets.map(([name, asset]) => [keys.get(name) ?? name, asset])) };
}

// ReDoc loads its logo from the vendor's server, and has no option to turn this off.
const withoutCdn = (text: string): Buffer =>
  Buffer.from(text.replaceAll('https://cdn.redoc.ly/redoc/logo-mini.svg', NO_PICTURE));

const NO_PICTURE = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E';

const digestOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 16);
