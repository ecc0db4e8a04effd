// The import rules (docs/architecture.md). Every rule has a planted violation in
// test/architecture/boundaries.spec.ts; a rule without one fails that spec.

/** The domain modules, in order: each may import those before it, and none after it. */
const ORDER = ['sessions', 'catalog', 'orders', 'packages', 'tickets', 'admin'];

const SERVER = '^apps/server/src/';
const MODULE = `${SERVER}[^/]+/`;
/** Specs, and the code that the specs of a lib share. */
const TESTS = String.raw`\.spec\.ts$|^libs/[^/]+/test/`;
const MODULE_INDEX = String.raw`${MODULE}index\.ts$`;
const LIB_INDEX = String.raw`^libs/[^/]+/src/index\.ts$`;

/** One rule per module, so that a report names the importing module. */
const orderRules = ORDER.slice(0, -1).map((module, place) => ({
  name: `order-${module}`,
  comment: `${module} must not import a module after it: use an event or an ID.`,
  severity: 'error',
  from: { path: `${SERVER}${module}/` },
  to: { path: `${SERVER}(${ORDER.slice(place + 1).join('|')})/` },
}));

const moduleRules = [
  {
    name: 'ordered-modules',
    comment: 'Add a new domain module to ORDER first; without it, no order rule applies to the module.',
    severity: 'error',
    from: { path: `${SERVER}(?!(${ORDER.join('|')})/)[^/]+/` },
    to: {},
  },
  {
    name: 'module-through-index',
    comment: 'Import another domain module only through its index.ts.',
    severity: 'error',
    from: { path: `${SERVER}([^/]+)/` },
    to: { path: MODULE, pathNot: [`${SERVER}$1/`, MODULE_INDEX] },
  },
  {
    name: 'root-through-index',
    comment: 'A composition root imports modules only through their index.ts.',
    severity: 'error',
    from: { path: String.raw`${SERVER}[^/]+\.ts$` },
    to: {
      path: MODULE,
      pathNot: MODULE_INDEX,
    },
  },
  {
    name: 'no-composition-root-in-modules',
    comment: 'Modules must not import main.ts or a composition root.',
    severity: 'error',
    from: { path: MODULE, pathNot: TESTS },
    to: { path: String.raw`${SERVER}[^/]+\.ts$` },
  },
  ...orderRules,
];

const layerRules = [
  {
    name: 'no-storage-in-controllers',
    comment: 'A controller calls its service; it must not import repositories or entities.',
    severity: 'error',
    from: { path: String.raw`\.controller\.ts$` },
    to: { path: String.raw`\.(repository|entity)\.ts$` },
  },
  {
    name: 'no-http-in-services',
    comment:
      'Services, queries and repositories must not depend on HTTP, because jobs and tests call them too.',
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
    comment: 'Only a manifest may import a jobs module: any process that imports it would run its jobs.',
    severity: 'error',
    from: {
      // The manifests. Other rules forbid the index.ts of another module to import it.
      pathNot: [MODULE_INDEX, LIB_INDEX, TESTS],
    },
    to: { path: String.raw`\.jobs\.module\.ts$` },
  },
  {
    name: 'jobs-in-their-module',
    comment: 'Only their own jobs module may import processors and schedules.',
    severity: 'error',
    from: { pathNot: [String.raw`\.jobs\.module\.ts$`, TESTS] },
    to: { path: String.raw`\.jobs\.ts$` },
  },
];

const libRules = [
  {
    name: 'no-libs-in-core',
    comment: 'libs/core imports no other lib, no Nest and no HTTP.',
    severity: 'error',
    from: { path: '^libs/core/', pathNot: TESTS },
    to: {
      path: ['^libs/(?!core/)', String.raw`(^|/)node_modules/(fastify|@fastify/[^/]+|@nestjs/[^/]+)/`],
    },
  },
  {
    name: 'no-apps-in-libs',
    comment: 'A lib must not import an application.',
    severity: 'error',
    from: { path: '^libs/' },
    to: { path: '^apps/' },
  },
  {
    name: 'no-other-apps-in-apps',
    comment: 'Applications share code through libs.',
    severity: 'error',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'lib-to-lib-through-index',
    comment: 'Import a lib only through its index.ts.',
    severity: 'error',
    from: { path: '^libs/([^/]+)/' },
    to: { path: '^libs/', pathNot: ['^libs/$1/', LIB_INDEX] },
  },
  {
    name: 'app-to-lib-through-index',
    comment: 'Import a lib only through its index.ts.',
    severity: 'error',
    from: { path: '^apps/' },
    to: { path: '^libs/', pathNot: LIB_INDEX },
  },
  {
    name: 'libs-by-alias',
    comment: 'Import a lib as @waybill/<lib>, from any file.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { path: LIB_INDEX, dependencyTypesNot: ['aliased'] },
  },
];

const hygieneRules = [
  {
    name: 'no-circular',
    comment: 'Two files that import each other must be merged, or share a third file.',
    severity: 'error',
    from: { pathNot: String.raw`\.entity\.ts$` },
    to: { circular: true },
  },
  {
    name: 'no-circular-entities',
    comment: 'Entities may import each other in both directions only as types (Relation<T>).',
    severity: 'error',
    from: { path: String.raw`\.entity\.ts$` },
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'no-orphans',
    comment: 'A file without imports that nothing imports is unused, unless something else loads it.',
    severity: 'error',
    from: {
      orphan: true,
      pathNot: [TESTS, String.raw`\.d\.ts$`, String.raw`^apps/[^/]+/src/main\.ts$`],
    },
    to: {},
  },
  {
    name: 'migrations-are-listed',
    comment: 'A migration that no manifest lists never runs.',
    severity: 'error',
    from: { pathNot: TESTS },
    module: { path: '/migrations/', pathNot: TESTS, numberOfDependentsLessThan: 1 },
  },
  {
    name: 'no-dev-dependency',
    comment: 'Production code must not import development dependencies.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
  },
  {
    name: 'no-undeclared-package',
    comment: 'Production code may import only packages that package.json lists.',
    severity: 'error',
    from: { path: '^(apps|libs)/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-test-code',
    comment: 'Production code must not import specs or code in a test/ folder.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { path: ['^test/', TESTS] },
  },
  {
    name: 'no-unresolvable',
    comment: 'No other rule applies to an import that can not be resolved.',
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
    // Type-only imports count: a service must not depend on a type of Fastify either.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
