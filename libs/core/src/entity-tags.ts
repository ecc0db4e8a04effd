import { createHash } from 'node:crypto';

/** An entity tag as RFC 9110 (8.8.3) has it; `opaque` is what stands between the quotes. */
export interface EntityTag {
  weak: boolean;
  opaque: string;
}

/** What an `If-Match` or `If-None-Match` header names: tags, or anything that exists. */
export type EntityTags = '*' | readonly EntityTag[];

/** What a request's headers make it depend on. */
export interface Preconditions {
  ifMatch?: EntityTags | undefined;
  ifNoneMatch?: EntityTags | undefined;
}

const LAST_USE = /"last_used_at":(?:null|"[^"]*"),?/g;
const DIGEST_CHARACTERS = 22; // 132 bits

/**
 * The strong entity tag of a representation, from its text as it is sent. A `last_used_at` is no part of it: mere use would make
 * what a caller has seen stale, and nobody could change what is in use.
 */
export const entityTagOf = (text: string): string =>
  `"${createHash('sha256').update(text.replace(LAST_USE, '')).digest('base64url').slice(0, DIGEST_CHARACTERS)}"`;

/**
 * Whether a strong tag is among those named, by the comparison for `If-Match`: a weak tag matches nothing.
 * @param tag of what exists; undefined where it has none.
 */
export const matchesStrongly = (tags: EntityTags, tag: string | undefined): boolean =>
  tags === '*' || tags.some(({ weak, opaque }) => !weak && `"${opaque}"` === tag);

/** Whether a tag is among those named, by the comparison for `If-None-Match`. @param tag as above */
export const matchesWeakly = (tags: EntityTags, tag: string | undefined): boolean =>
  tags === '*' || tags.some(({ opaque }) => `"${opaque}"` === tag);
