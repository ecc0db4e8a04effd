import type { EntityTag, EntityTags } from '@waybill/core';

// A recipient must accept empty list members (RFC 9110, 5.6.1). The header size limits their number.
const TAG = /[ \t,]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,[ \t,]*|$)/y;

/** Parses an `If-Match` or `If-None-Match` header. @returns undefined if it is malformed. */
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
