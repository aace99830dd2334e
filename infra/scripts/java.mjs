// Whether there is a Java that the platform can run on: asked before anything is installed, in plain JavaScript.
// infra/embedded/src/java.ts finds the same one.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const advice = 'Kafka and the schema registry need Java 17 or later: install it (for example: apt-get install openjdk-17-jre-headless), or point JAVA_HOME at one.';

/** What is wrong with the Java of JAVA_HOME, else of the PATH, and what to do; undefined where nothing is. */
export function javaProblem(env = process.env) {
  const home = env.JAVA_HOME;
  const where = home ? `in JAVA_HOME (${home})` : 'on the PATH';
  const { error, stderr, stdout } = spawnSync(home ? path.join(home, 'bin/java') : 'java', ['-version'], { encoding: 'utf8', env });
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(`${stderr ?? ''}${stdout ?? ''}`) ?? [];
  if (error || first === undefined) return `There is no working Java ${where}. ${advice}`;
  // Until Java 8 the version was 1.8.
  const major = Number(first === '1' ? second : first);
  return major < 17 ? `The Java ${where} is too old: it is version ${major}. ${advice}` : undefined;
}
