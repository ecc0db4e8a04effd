import type { EntityTag, EntityTags } from '@waybill/core';

// RFC 9110 (5.6.1) has a recipient take empty members of a list; how many is bounded by the size of the headers.
const TAG = /[ \t,]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,[ \t,]*|$)/y;

/** Reads the value of an `If-Match` or `If-None-Match` header. @returns undefined where it is malformed. */
export function parseEntityTags(value: string): EntityTags | undefined {
  if (value.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  TAG.lastIndex = 0;
  while (TAG.lastIndex < value.length) {
    const match = TAG.exec(value);
    if (!match) return undefined;
    tags.push({ weak: match[1] !== undefined, opaque: match[2] as string });
  }
  return tags.length > 0 ? tags : undefined;
}
