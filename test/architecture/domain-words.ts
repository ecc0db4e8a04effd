import ts from 'typescript';

/** A domain word in the code of a lib. */
export interface DomainWord {
  file: string;
  line: number;
  word: string;
}

// "order", "package" and "catalog" have other meanings in libs: a sort order, an npm package, the list of jobs.
const WORDS = /^(packages|parcels?|registrations?|orders|carriers?|tickets?)$/;
const SCOPE = /^(catalog|packages|orders|reports|tickets):\w+$/;

/** Finds domain words in identifiers and strings. Comments are ignored. */
export function domainWords(files: readonly ts.SourceFile[]): DomainWord[] {
  return files.flatMap((file) => {
    const found: DomainWord[] = [];
    const visit = (node: ts.Node): void => {
      const text = textOf(node);
      const word = text !== undefined && (SCOPE.test(text) ? text : wordsOf(text).find((w) => WORDS.test(w)));
      if (word) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        found.push({ file: file.fileName, line: line + 1, word });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node) ? node.text : undefined;
}

/** `packageTypes`, `package_types` and `/package-types` are the same two words. */
const wordsOf = (text: string): string[] =>
  text
    .replaceAll(/(?<=[a-z\d])[A-Z]/g, ' $&')
    .toLowerCase()
    .split(/[^a-z]+/);
