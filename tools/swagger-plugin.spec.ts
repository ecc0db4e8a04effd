import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';

const plugin = require('./swagger/plugin.js') as {
  before(options: object, program: ts.Program): ts.TransformerFactory<ts.SourceFile>;
};

const source = `
  export class Item { name!: string }
  export class Page { items!: Item[] }
`;

describe('the swagger plugin', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'waybill-plugin-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['plain', 'Мои проекты/way bill'])('emits no path of the checkout: %s', (name) => {
    const root = path.join(folder, name);
    mkdirSync(root, { recursive: true });
    const file = path.join(root, 'page.dto.ts');
    writeFileSync(file, source);
    const outDir = path.join(root, 'out');
    const program = ts.createProgram([file], {
      outDir,
      rootDir: root,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      lib: ['lib.es5.d.ts'], // checking the whole default library would take seconds
      types: [],
      strict: true,
    });
    program.emit(undefined, undefined, undefined, false, {
      before: [plugin.before({ dtoFileNameSuffix: ['.dto.ts'] }, program)],
    });
    const emitted = readFileSync(path.join(outDir, 'page.dto.js'), 'utf8');
    expect(emitted).toContain('require("./page.dto").Item');
    expect(emitted).not.toContain(path.basename(folder));
  });
});
