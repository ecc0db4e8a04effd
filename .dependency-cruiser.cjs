// Who may import whom (docs/architecture.md). Every rule here has a planted violation in
// test/architecture/boundaries.spec.ts that proves it bites; a rule without one fails that spec.

/** The domain modules, in order: each may know those before it and nothing of those after it. */
const ORDER = ['sessions', 'catalog', 'orders', 'packages', 'tickets', 'admin'];

const SERVER = '^apps/server/src/';
const MODULE = `${SERVER}[^/]+/`;
/** Specs, and what the specs of one lib share. */
const TESTS = String.raw`\.spec\.ts$|^libs/[^/]+/test/`;
const MODULE_INDEX = String.raw`${MODULE}index\.ts$`;
const LIB_INDEX = String.raw`^libs/[^/]+/src/index\.ts$`;

/** One rule a module, so that a report names the module that looked ahead. */
const orderRules = ORDER.slice(0, -1).map((module, place) => ({
  name: `order-${module}`,
  comment: `${module} knows nothing of the modules after it: use an event or an id.`,
  severity: 'error',
  from: { path: `${SERVER}${module}/` },
  to: { path: `${SERVER}(${ORDER.slice(place + 1).join('|')})/` },
}));

const moduleRules = [
  {
    name: 'known-modules',
    comment:
      'A new domain module takes its place in ORDER first: outside it, no rule of order would hold it.',
    severity: 'error',
    from: { path: `${SERVER}(?!(${ORDER.join('|')})/)[^/]+/` },
    to: {},
  },
  {
    name: 'module-through-index',
    comment: "Another domain module is reached through its index.ts; all else is that module's own.",
    severity: 'error',
    from: { path: `${SERVER}([^/]+)/` },
    to: { path: MODULE, pathNot: [`${SERVER}$1/`, MODULE_INDEX] },
  },
  {
    name: 'root-through-index',
    comment: 'A composition root puts modules together; it does not reach into them.',
    severity: 'error',
    from: { path: String.raw`${SERVER}[^/]+\.ts$` },
    to: {
      path: MODULE,
      pathNot: MODULE_INDEX,
    },
  },
  {
    name: 'modules-know-no-root',
    comment: 'main.ts and the composition roots import the modules, never the other way round.',
    severity: 'error',
    from: { path: MODULE, pathNot: TESTS },
    to: { path: String.raw`${SERVER}[^/]+\.ts$` },
  },
  ...orderRules,
];

const layerRules = [
  {
    name: 'controllers-know-no-storage',
    comment: 'A controller calls its service; rows never reach it.',
    severity: 'error',
    from: { path: String.raw`\.controller\.ts$` },
    to: { path: String.raw`\.(repository|entity)\.ts$` },
  },
  {
    name: 'services-know-no-http',
    comment: 'Rules and queries know no HTTP: the same call serves a request, a job and a test.',
    severity: 'error',
    from: { path: String.raw`\.(service|queries|repository)\.ts$`, pathNot: '^libs/(http|openapi)/' },
    to: {
      path: [
        String.raw`(^|/)node_modules/(fastify|@fastify/[^/]+|@nestjs/platform-fastify)/`,
        '^libs/(http|openapi)/',
      ],
    },
  },
  {
    name: 'jobs-modules-in-manifests',
    comment:
      'Only its manifest names a jobs module, for the worker: another process that imports it would run its jobs.',
    severity: 'error',
    from: {
      // The manifest there names it. That of another module or lib can be reached by no other way.
      pathNot: [MODULE_INDEX, LIB_INDEX, TESTS],
    },
    to: { path: String.raw`\.jobs\.module\.ts$` },
  },
  {
    name: 'jobs-in-their-module',
    comment: 'Processors and schedules are registered by their own jobs module and used by nothing else.',
    severity: 'error',
    from: { pathNot: [String.raw`\.jobs\.module\.ts$`, TESTS] },
    to: { path: String.raw`\.jobs\.ts$` },
  },
];

const libRules = [
  {
    name: 'core-stands-alone',
    comment: 'What services speak knows no other lib, no Nest and no HTTP.',
    severity: 'error',
    from: { path: '^libs/core/', pathNot: TESTS },
    to: {
      path: ['^libs/(?!core/)', String.raw`(^|/)node_modules/(fastify|@fastify/[^/]+|@nestjs/[^/]+)/`],
    },
  },
  {
    name: 'libs-know-no-app',
    comment: 'A lib serves every application and knows none.',
    severity: 'error',
    from: { path: '^libs/' },
    to: { path: '^apps/' },
  },
  {
    name: 'apps-know-no-other-app',
    comment: 'Applications share code through libs.',
    severity: 'error',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'lib-to-lib-through-index',
    comment: 'What a lib does not list in its index.ts is its own.',
    severity: 'error',
    from: { path: '^libs/([^/]+)/' },
    to: { path: '^libs/', pathNot: ['^libs/$1/', LIB_INDEX] },
  },
  {
    name: 'app-to-lib-through-index',
    comment: 'What a lib does not list in its index.ts is its own.',
    severity: 'error',
    from: { path: '^apps/' },
    to: { path: '^libs/', pathNot: LIB_INDEX },
  },
  {
    name: 'libs-by-alias',
    comment: 'A lib is named @waybill/<lib>, wherever the importing file stands.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { path: LIB_INDEX, dependencyTypesNot: ['aliased'] },
  },
];

const hygieneRules = [
  {
    name: 'no-circular',
    comment: 'Two files that import each other are one file, or miss a third.',
    severity: 'error',
    from: { pathNot: String.raw`\.entity\.ts$` },
    to: { circular: true },
  },
  {
    name: 'no-circular-entities',
    comment: 'Entities may name each other in both directions, as types (Relation<T>), not as values.',
    severity: 'error',
    from: { path: String.raw`\.entity\.ts$` },
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'no-orphans',
    comment: 'A file that nothing imports and that imports nothing is dead, unless something else loads it.',
    severity: 'error',
    from: {
      orphan: true,
      pathNot: [TESTS, String.raw`\.d\.ts$`, String.raw`^apps/[^/]+/src/main\.ts$`],
    },
    to: {},
  },
  {
    name: 'migrations-are-listed',
    comment: 'A migration that nobody lists is never run.',
    severity: 'error',
    from: { pathNot: TESTS },
    module: { path: '/migrations/', pathNot: TESTS, numberOfDependentsLessThan: 1 },
  },
  {
    name: 'no-dev-dependency',
    comment: 'What production code imports is installed in production.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
  },
  {
    name: 'no-undeclared-package',
    comment: 'A package that package.json does not name is there by chance.',
    severity: 'error',
    from: { path: '^(apps|libs)/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-test-code',
    comment: 'Production code imports neither specs nor what stands under a test/.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { path: ['^test/', TESTS] },
  },
  {
    name: 'no-unresolvable',
    comment: 'An import that leads nowhere would fall out of every other rule.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...moduleRules, ...layerRules, ...libRules, ...hygieneRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    // Type-only imports count: a service that names a Fastify type knows Fastify.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
