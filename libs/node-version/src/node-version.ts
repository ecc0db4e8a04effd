// Imports nothing, so that it runs on an old Node.
const NEEDED_MAJOR = 24;
const NEEDED_MINOR = 11;

/** Returns why this version of Node is too old to run Waybill, or undefined. */
function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED_MAJOR || (major === NEEDED_MAJOR && minor >= NEEDED_MINOR)) return undefined;
  return `Node ${version} is too old to run Waybill: use Node ${NEEDED_MAJOR}.${NEEDED_MINOR} or newer, or run it with npm start or npx.`;
}

/** Ends the process with a message if this version of Node is too old to run Waybill. */
export function requireNodeVersion(): void {
  const fault = nodeFault(process.versions.node);
  if (fault === undefined) return;
  process.stderr.write(`${fault}\n`);
  process.exit(1);
}
