// @nestjs/swagger's compiler plugin, for checkouts whose path is not plain ASCII. TypeScript prints the path of an imported
// type with escapes (\u041C…). The plugin looks for the unescaped path, does not find it, and emits an absolute path to the
// sources, so the application fails at its start.
const swagger = require('@nestjs/swagger/plugin');

const unescaped = (text) =>
  text.replace(/\\u([0-9A-Fa-f]{4})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));

function withReadablePaths(program) {
  const checker = program.getTypeChecker();
  const typeToString = (...args) => unescaped(checker.typeToString(...args));
  const readable = Object.create(checker, { typeToString: { value: typeToString } });
  return Object.create(program, { getTypeChecker: { value: () => readable } });
}

exports.before = (options, program) => swagger.before(options, withReadablePaths(program));
