// What every npm script runs first: plain JavaScript for whatever Node the machine has (20 or later). It checks what is
// needed, installs what is missing, builds, and hands over to Node 24, which npm has installed here.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { javaProblem } from './java.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const node = path.join(root, 'node_modules/.bin/node');

/** npm script -> the built program behind it, and what it needs. */
const programs = {
  start: { file: 'infra/mesh/dist/start.js', java: true },
  tideway: { file: 'infra/mesh/dist/tideway.js' },
  platform: { file: 'infra/embedded/dist/main.js', java: true },
  evaluate: { file: 'infra/mesh/dist/evaluate.js' },
  reset: { file: 'infra/mesh/dist/reset.js' },
  bench: { file: 'infra/bench/dist/main.js', java: true },
  chaos: { file: 'infra/chaos/dist/main.js', java: true },
  generate: { file: 'infra/scripts/generate.mjs' },
  test: { file: 'infra/scripts/test.mjs', java: true },
};

function fail(message) {
  console.error(`tideway: ${message}`);
  process.exit(1);
}

function checkNode() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < 20) fail(`Node ${process.versions.node} is too old: install Node 20 or later from https://nodejs.org (version 24 is then taken from npm).`);
}

function checkJava() {
  const problem = javaProblem();
  if (problem) fail(problem);
}

/** npm ci where node_modules is missing, or older than the lockfile. */
function install() {
  const installed = path.join(root, 'node_modules/.package-lock.json');
  const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (existsSync(node) && modified(installed) >= modified(path.join(root, 'package-lock.json'))) return;
  console.error('Installing npm packages (about 1.2 GB, ClickHouse is one of them)…');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail('npm ci failed: see above. It needs a connection to the npm registry.');
}

function build() {
  const { status } = spawnSync(node, [path.join(root, 'node_modules/typescript-native/bin/tsc'), '-b'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail('the build failed: see above.');
}

const [name, ...args] = process.argv.slice(2);
const program = programs[name];
if (!program) fail(`there is no program "${name}"; there are: ${Object.keys(programs).join(', ')}`);
checkNode();
if (program.java) checkJava();
install();
build();
// The channel tells the program when this process is gone, however it went.
// kafkajs asks for timers in the past; Node would say so once in every program.
const child = spawn(node, ['--disable-warning=TimeoutNegativeWarning', path.join(root, program.file), ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
// A terminal sends Ctrl-C to both: this process waits for the program to stop.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
