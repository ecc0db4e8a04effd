/**
 * Makes the keys of one kind of entry, like `rates:v1:2026-11-21`. Raise `version` when the shape of what is cached
 * changes: processes of the older release then don't read the new shape, nor we theirs.
 */
export function keysOf(kind: string, version: number): (...parts: [string, ...string[]]) => string {
  return (...parts) => [kind, `v${version}`, ...parts.map((part) => encodeURIComponent(part))].join(':');
}
