// Imports nothing, so that it runs on an old Node.
const NEEDED_MAJOR = 24;
const NEEDED_MINOR = 11;

/** Returns why this version of Node is too old to run Waybill, or undefined. */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED_MAJOR || (major === NEEDED_MAJOR && minor >= NEEDED_MINOR)) return undefined;
  return `Node ${version} is too old to run Waybill: use Node ${NEEDED_MAJOR}.${NEEDED_MINOR} or newer, or npm start.`;
}

const fault = nodeFault(process.versions.node);
if (fault !== undefined) {
  process.stderr.write(`${fault}\n`);
  process.exit(1);
}
