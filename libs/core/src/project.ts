import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Returns the path of a file in the project's root. The sources and the build are at different depths below it. */
export function projectFile(name: string): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json')) && folder !== path.dirname(folder))
    folder = path.dirname(folder);
  return path.join(folder, name);
}

/** Returns the version in package.json. */
export function projectVersion(): string {
  return (JSON.parse(readFileSync(projectFile('package.json'), 'utf8')) as { version: string }).version;
}
