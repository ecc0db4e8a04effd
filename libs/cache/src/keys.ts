/**
 * Builds the keys for one kind of entry, such as `rates:v1:2026-11-21`. Increase `version` when the cached shape
 * changes, so that processes of the old and the new release do not read each other's entries.
 */
export function keysOf(kind: string, version: number): (...parts: [string, ...string[]]) => string {
  return (...parts) => [kind, `v${version}`, ...parts.map((part) => encodeURIComponent(part))].join(':');
}
