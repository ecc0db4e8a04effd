import { createHash } from 'node:crypto';

/** Entity tag (RFC 9110, 8.8.3); `opaque` is the text between the quotes. */
export interface EntityTag {
  weak: boolean;
  opaque: string;
}

/** Value of an `If-Match` or `If-None-Match` header: a list of tags, or `*`. */
export type EntityTags = '*' | readonly EntityTag[];

/** Preconditions in a request's headers. */
export interface Preconditions {
  ifMatch?: EntityTags | undefined;
  ifNoneMatch?: EntityTags | undefined;
}

const LAST_USE = /"last_used_at":(?:null|"[^"]*"),?/g;
const DIGEST_CHARACTERS = 22; // 132 bits

/**
 * Returns the strong entity tag of a representation. Excludes `last_used_at`, because otherwise every use of a key or
 * session would change its tag, and updates of a key that is in use would always fail.
 */
export const entityTagOf = (text: string): string =>
  `"${createHash('sha256').update(text.replace(LAST_USE, '')).digest('base64url').slice(0, DIGEST_CHARACTERS)}"`;

/**
 * Compares strongly, as `If-Match` requires: a weak tag matches nothing.
 * @param tag undefined for a resource without a tag.
 */
export const matchesStrongly = (tags: EntityTags, tag: string | undefined): boolean =>
  tags === '*' || tags.some(({ weak, opaque }) => !weak && `"${opaque}"` === tag);

/** Compares weakly, as `If-None-Match` requires. @param tag undefined for a resource without a tag */
export const matchesWeakly = (tags: EntityTags, tag: string | undefined): boolean =>
  tags === '*' || tags.some(({ opaque }) => `"${opaque}"` === tag);
