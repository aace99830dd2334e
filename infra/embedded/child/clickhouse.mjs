// Runs ClickHouse (libchdb) as a server in this process. Plain JavaScript, so that it runs the same
// from the build and under Jest.
// Arguments: libchdb.so, the directory with config.xml, users.xml and data/, the HTTP port, the TCP port, and the
// ports, if any, that it may connect to.
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DataType, load, open } from 'ffi-rs';
import { restrictProcess } from './sandbox.mjs';

const [library, home, httpPort, tcpPort, ...connectTo] = process.argv.slice(2);
const data = path.join(home, 'data');
const NICENESS = 4;

// libchdb has no server mode. `clickhouse local` does start the listeners of the server on demand, and
// lives as long as its query: one that never ends, and sleeps.
const query = [
  'SYSTEM START LISTEN HTTP',
  'SYSTEM START LISTEN TCP',
  'SELECT sleepEachRow(1) FROM system.numbers SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null',
].join('; ');
const argv = [
  'clickhouse',
  ...['--path', data, '--config-file', path.join(home, 'config.xml')],
  ...['--http_port', httpPort, '--tcp_port', tcpPort, '--listen_host=127.0.0.1'],
  ...['--query', query],
];

// On a machine that Kafka and the services share, tables may fall behind for a moment so that streams do not: a backlog makes
// inserts larger, and so cheaper. Inherited by the threads that ClickHouse begins.
os.setPriority(NICENESS);
try {
  // Every child leads a session, and Linux shares the processor among sessions first (sched(7), autogroup): one of one process has to be nice itself.
  writeFileSync('/proc/self/autogroup', String(NICENESS));
} catch {
  // There are none: the niceness of the process counts.
}

open({ library: 'chdb', path: library });

// `clickhouse local` trusts whoever asks: no grant is needed for the function file(), which reads any
// file, or for a dictionary that runs a command. So the process itself must not be able to.
const restricted = restrictProcess({
  readOnly: [
    ...['config.xml', 'users.xml'].map((name) => path.join(home, name)),
    ...[path.dirname(library), '/lib', '/lib64', '/usr/lib', '/usr/share/zoneinfo', '/proc', '/sys', '/dev/random', '/dev/urandom'],
    ...['localtime', 'hosts', 'nsswitch.conf', 'resolv.conf'].map((name) => path.join('/etc', name)),
  ],
  readWrite: [data, '/dev/null'],
  connectTo: connectTo.map(Number),
});
if (!restricted) console.error('This system has no Landlock: whoever may query ClickHouse can read what its process can.');

try {
  await load({
    library: 'chdb',
    funcName: 'chdb_query_cmdline',
    retType: DataType.I64,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [argv.length, argv],
    runInNewThread: true,
  });
  console.error('ClickHouse ended.');
} catch (error) {
  console.error(error);
}
process.exit(1);
