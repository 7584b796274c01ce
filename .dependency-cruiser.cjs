/**
 * The walls of the house. A room imports only from rooms on floors below it; rooms on one floor do not know each other.
 * `type` imports count like any other (swc parses, and keeps them); the one form that it hides, `import('x').T` in a
 * type, is refused by test/walls.test.ts.
 */

/** What everybody may use: plain functions that know nobody. */
const GROUND = [
  'src/random.ts',
  'src/nanoseconds.ts',
  'src/duration.ts',
  'src/option-text.ts',
  'src/version.ts',
];

/** Room by room, the other rooms it may import from. A file of `src` that belongs to no room is refused. */
const ROOMS = {
  history: { is: ['src/history/'], may: [] },
  // A message, a disk record and a cluster event are made of the same plain data as a history: Json and its canonical text.
  cluster: { is: ['src/cluster/'], may: ['src/history/op.ts', 'src/history/values.ts'] },
  // Knows nothing of worlds, clusters or the controller: it takes a history from anywhere.
  analysis: { is: ['src/analysis/'], may: ['history'] },
  generator: { is: ['src/generator/'], may: ['history'] },
  worlds: { is: ['src/worlds/'], may: ['cluster', 'history'] },
  systems: { is: ['src/systems/'], may: ['worlds', 'generator', 'analysis', 'cluster', 'history'] },
  // Faults are lists of a world's actions, and workloads are handed its events: its contract, no world.
  workloads: { is: ['workloads/'], may: ['src/worlds/world.ts', 'generator', 'analysis', 'history'] },
  nemeses: { is: ['nemeses/'], may: ['src/worlds/world.ts', 'history'] },
  reports: { is: ['reports/'], may: ['worlds', 'generator', 'analysis', 'cluster', 'history'] },
  plan: {
    is: ['src/plan.ts', 'src/schedule.ts', 'src/options.ts'],
    may: [
      'systems',
      'workloads',
      'nemeses',
      'reports',
      'worlds',
      'generator',
      'analysis',
      'cluster',
      'history',
    ],
  },
  controller: {
    is: ['src/controller/'],
    may: [
      'plan',
      'systems',
      'workloads',
      'nemeses',
      'reports',
      'worlds',
      'generator',
      'analysis',
      'cluster',
      'history',
    ],
  },
  explore: {
    is: ['src/explore/'],
    may: [
      ...['controller', 'plan', 'systems', 'workloads', 'nemeses', 'reports'],
      ...['worlds', 'generator', 'analysis', 'cluster', 'history'],
    ],
  },
  cli: {
    is: ['src/cli/'],
    may: [
      ...['explore', 'controller', 'plan', 'systems', 'workloads', 'nemeses', 'reports'],
      ...['worlds', 'generator', 'analysis', 'cluster', 'history'],
    ],
  },
  // The public library judges histories, without I/O.
  library: { is: ['src/index.ts'], may: ['analysis', 'history'] },
};

const OURS = '^(src|workloads|nemeses|reports|test|bench)/';
const starts = (paths) => `^(${paths.map((path) => path.replaceAll('.', '\\.')).join('|')})`;
const places = (names) => names.flatMap((name) => ROOMS[name]?.is ?? [name]);

const floors = Object.entries(ROOMS).map(([name, { is, may }]) => ({
  name: `${name}-imports-only-from-below`,
  comment: `${name} may import from: ${[...may, ...GROUND].join(', ')}`,
  severity: 'error',
  from: { path: starts(is) },
  to: { path: OURS, pathNot: starts([...is, ...places(may), ...GROUND]) },
}));

/** Node's modules for the outside world, time, chance and processes. */
const OUTSIDE = [
  ...['net', 'tls', 'dgram', 'dns', 'http', 'https', 'http2', 'child_process', 'cluster', 'worker_threads'],
  ...[
    'fs',
    'fs/promises',
    'timers',
    'timers/promises',
    'perf_hooks',
    'crypto',
    'process',
    'readline',
    'module',
    'vm',
  ],
];
const builtin = (names) => `^(node:)?(${names.join('|')})$`;

module.exports = {
  forbidden: [
    ...floors,
    {
      name: 'ground-imports-nobody',
      severity: 'error',
      from: { path: starts(GROUND) },
      to: { path: OURS, pathNot: starts(GROUND) },
    },
    {
      name: 'every-file-has-a-room',
      severity: 'error',
      from: {
        path: '^(src|workloads|nemeses|reports)/',
        pathNot: starts([...places(Object.keys(ROOMS)), ...GROUND]),
      },
      to: {},
    },
    {
      name: 'every-imported-file-has-a-room',
      severity: 'error',
      from: {},
      to: {
        path: '^(src|workloads|nemeses|reports)/',
        pathNot: starts([...places(Object.keys(ROOMS)), ...GROUND]),
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'pure-rooms-touch-nothing-outside',
      comment: 'No sockets, files, processes, clocks or chance in what only computes.',
      severity: 'error',
      from: {
        path: starts([
          ...places(['history', 'cluster', 'analysis', 'generator', 'workloads', 'nemeses', 'library']),
          ...GROUND,
        ]),
      },
      to: { path: builtin(OUTSIDE) },
    },
    {
      name: 'only-worlds-and-cli-touch-the-network-and-processes',
      severity: 'error',
      from: { path: '^(src|reports)/', pathNot: '^src/(worlds|cli)/' },
      to: {
        path: builtin([
          'net',
          'tls',
          'dgram',
          'dns',
          'http',
          'https',
          'http2',
          'child_process',
          'cluster',
          'timers',
          'timers/promises',
          'perf_hooks',
        ]),
      },
    },
    {
      name: 'the-simulator-is-no-place-for-real-things',
      severity: 'error',
      from: { path: '^src/worlds/sim/' },
      to: { path: [builtin(OUTSIDE), '^src/worlds/(local|process)/', 'node_modules/execa/'] },
    },
    {
      name: 'only-worlds-and-cli-start-processes',
      severity: 'error',
      from: { path: '^(src|workloads|nemeses|reports)/', pathNot: '^src/(worlds|cli)/' },
      to: { path: 'node_modules/execa/' },
    },
    {
      name: 'chance-comes-from-draws',
      severity: 'error',
      from: { path: starts(places(['cluster', 'generator', 'workloads', 'nemeses'])) },
      to: { path: 'node_modules/pure-rand/' },
    },
    {
      name: 'no-development-packages-in-the-product',
      severity: 'error',
      from: { path: '^(src|workloads|nemeses|reports)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
