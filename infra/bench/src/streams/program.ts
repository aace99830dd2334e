// The Java program that computes the same segments with Kafka Streams: fetched, compiled, and as a child process.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { cacheDirectory, ensureDownloaded, findJava, runCommand, workspaceRoot, type ChildSpec, type Progress } from '@tideway/embedded';

const folder = path.join(workspaceRoot, 'infra/bench/java');
/** With Streams, Avro, RocksDB and a compiler. */
const JARS = 16;

/** What is as one would set it; both stand in the page. */
export const STREAMS_SETTINGS = { threads: 2, commitMs: 100, heapMb: 512 };

export interface StreamsProgram {
  java: string;
  classPath: string;
}

/**
 * Compiles it below `dir`, with a compiler from Maven Central that needs no JDK. Rejects with a PlatformError without Java 17 or
 * the network, and with what the compiler said where it fails.
 */
export async function buildStreamsProgram(dir: string, onProgress: Progress): Promise<StreamsProgram> {
  const { binary } = await findJava();
  const pom = path.join(folder, 'pom.xml');
  const directory = path.join(cacheDirectory(), `streams-${createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12)}`);
  const [libraries, compilers] = [path.join(directory, 'streams'), path.join(directory, 'compiler')];
  await ensureDownloaded({
    pom, directory, what: 'Kafka Streams and what it needs (96 MB)',
    isComplete: (fetched) => ['streams', 'compiler'].flatMap((part) => readdirSync(path.join(fetched, part))).filter((file) => file.endsWith('.jar')).length === JARS + 1,
  }, onProgress);
  const jars = readdirSync(libraries).map((file) => path.join(libraries, file));
  const classes = path.join(dir, 'streams-classes');
  mkdirSync(classes, { recursive: true });
  // --release would want a file that a JRE has not got.
  const args = ['-jar', path.join(compilers, readdirSync(compilers)[0]!), '-source', '17', '-target', '17', '-nowarn', '-cp', jars.join(path.delimiter), '-d', classes, folder];
  const { code, output } = await runCommand(binary, args);
  if (code !== 0) throw new Error(`${folder} does not compile (exit code ${code}): ${output.trim().slice(-2_000)}`);
  return { java: binary, classPath: [classes, ...jars].join(path.delimiter) };
}

export interface StreamsPlace {
  /** Of the platform. */
  env: Record<string, string>;
  /** For its state, and its log. */
  dir: string;
  application: string;
  input: string;
  output: string;
}

/** The program as a child named `streams`; killed, it comes back with the state that it left on disk. */
export function streamsChild({ java, classPath }: StreamsProgram, { env, dir, application, input, output }: StreamsPlace): ChildSpec {
  return {
    name: 'streams',
    command: java,
    args: [`-Xmx${STREAMS_SETTINGS.heapMb}m`, '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classPath, 'tideway.streams.Main'],
    env: {
      ...process.env, ...env, STREAMS_DIR: path.join(dir, 'streams-state'), STREAMS_APPLICATION: application, STREAMS_INPUT: input, STREAMS_OUTPUT: output,
      STREAMS_THREADS: String(STREAMS_SETTINGS.threads), STREAMS_COMMIT_MS: String(STREAMS_SETTINGS.commitMs),
    },
    logFile: path.join(dir, 'logs', 'streams.log'),
  };
}
