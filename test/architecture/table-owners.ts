import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A statement or a call that names a table of another module. */
export interface Trespass {
  file: string;
  line: number;
  table: string;
  owner: string;
}

const QUERY_BUILDER_CALL =
  /^(from|into|update|getRepository|createQueryBuilder|(left|inner)Join(AndSelect|AndMapOne|AndMapMany)?)$/;
// Distinguishes a statement, or a part of one, from a sentence.
const SQL =
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE|JOIN|FROM|WHERE|EXISTS|ALTER TABLE|DROP TABLE|CREATE (TABLE|INDEX|TRIGGER|VIEW)|LOCK TABLE|COPY|REFERENCES|RETURNING)\b|^\s*(select|with|insert into|update|delete from|truncate|merge into|join|left join|from)\s/;

/** Folder of a module or a lib; undefined for the composition root and other files. */
const moduleOf = (file: string): string | undefined =>
  /^(apps\/[^/]+\/src\/[^/]+|libs\/[^/]+)\//.exec(file)?.[1];

/** Maps each table, and each entity class, to its owner: the module whose entity or migration creates it. */
export function tableOwners(files: readonly ts.SourceFile[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const file of files) {
    const owner = moduleOf(file.fileName);
    if (owner === undefined) continue;
    for (const [, table, entity] of file.text.matchAll(/@Entity\(\s*'(\w+)'[\s\S]*?export class (\w+)/g))
      owners.set(table!, owner).set(entity!, owner);
    for (const [, table] of file.text.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)/g))
      owners.set(table!, owner);
  }
  return owners;
}

export function parse(root: string, files: readonly string[]): ts.SourceFile[] {
  return files.map((file) =>
    ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true),
  );
}

/** Finds the places where a module names a table or an entity of another module. */
export function trespasses(files: readonly ts.SourceFile[]): Trespass[] {
  const owners = tableOwners(files);
  return files.flatMap((file) =>
    textsOf(file).flatMap(({ line, names }) =>
      names.flatMap((name) => {
        const table = owners.has(name)
          ? name
          : [...owners.keys()].find((known) => name.startsWith(`${known}_`));
        const owner = table === undefined ? undefined : owners.get(table);
        if (table === undefined || owner === undefined || owner === moduleOf(file.fileName)) return [];
        return [{ file: file.fileName, line, table, owner }];
      }),
    ),
  );
}

function textsOf(file: ts.SourceFile): { line: number; names: string[] }[] {
  const texts: { line: number; names: string[] }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      texts.push({ line, names: [...new Set(namesIn(node))] });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}

/** Returns the words of a statement; for another string, the one name that TypeORM would accept as a table or an entity. */
function namesIn(node: ts.StringLiteralLike | ts.TemplateExpression): string[] {
  const text = ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('\0')
    : node.text;
  if (SQL.test(text)) {
    // A foreign key may name a table of another module.
    return text.replaceAll(/REFERENCES "?\w+/g, '').match(/\w+/g) ?? [];
  }
  const { parent } = node;
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== node) return [];
  const called = parent.expression;
  const isQuery = ts.isPropertyAccessExpression(called) && QUERY_BUILDER_CALL.test(called.name.text);
  return isQuery ? [text] : [];
}
