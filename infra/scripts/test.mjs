// `npm test`: everything that must hold, from stale generated files to crash tests, on the embedded platform.
// Ends with one line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const node = process.execPath;
let passed = 0;
let failed = 0;

if (process.argv.includes('--help')) {
  console.log('npm test [-- <pattern>]   checks generated files, lint, types, and runs all tests (or those whose path matches)');
  process.exit(0);
}

function step(name, args) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit', env: { ...process.env, NX_DAEMON: 'false' } });
  if (status === 0) passed += 1;
  else failed += 1;
}

/** Jest's own count goes into the total: a test that fails is one, not the whole run. */
function jest(name, args) {
  console.log(`\n== ${name}`);
  const dir = mkdtempSync(path.join(tmpdir(), 'tideway-test-'));
  const file = path.join(dir, 'result.json');
  spawnSync(node, ['node_modules/jest/bin/jest.js', '--config', 'jest.config.cjs', '--json', '--outputFile', file, ...args], { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] });
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'));
    passed += result.numPassedTests;
    failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    if (result.numTotalTests === 0 && args.every((arg) => arg.startsWith('-'))) failed += 1;
  } catch {
    console.error('Jest ended without a result');
    failed += 1;
  }
  rmSync(dir, { recursive: true, force: true });
}

const patterns = process.argv.slice(2);
if (patterns.length === 0) {
  step('generated files are current', ['infra/scripts/generate.mjs', '--check']);
  step('lint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']);
}
// Pure tests share both cores; each suite on the platform has Kafka, registry and ClickHouse of its own: two at a time, except
// those of the whole mesh and those that say how fast the platform starts, which need both cores.
const alone = '/infra/(mesh/src/test/|chaos/src/test/(chaos|controls)\\.|embedded/src/test/(platform|processes)\\.)';
const notTests = ['/node_modules/', '/dist/'];
const matching = (within) => (patterns.length > 0 ? patterns : ['']).map((pattern) => `${within}.*${pattern}`);
jest('tests of rules, without a process', ['--maxWorkers=2', '--testPathIgnorePatterns', ...notTests, '/src/test/', ...(patterns.length > 0 ? ['--testPathPatterns', ...patterns] : [])]);
jest('tests on the platform', ['--maxWorkers=2', '--testPathIgnorePatterns', ...notTests, alone, '--testPathPatterns', ...matching('/src/test/')]);
jest('tests of the whole mesh', ['--maxWorkers=1', '--testPathPatterns', ...matching(`(?=.*${alone})/.*/src/test/`)]);

console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
