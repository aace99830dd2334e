// The download's own logic, with a stand-in for Maven on the PATH; src/test/ uses the real one.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { installPlatform } from './install.js';
import { downloadDirectory } from './installation.js';

let dir: string;
const { PATH, TIDEWAY_CACHE } = process.env;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'install-'));
  process.env['PATH'] = `${dir}:${PATH}`;
  process.env['TIDEWAY_CACHE'] = path.join(dir, 'cache');
});

afterEach(() => {
  process.env['PATH'] = PATH;
  if (TIDEWAY_CACHE === undefined) delete process.env['TIDEWAY_CACHE'];
  else process.env['TIDEWAY_CACHE'] = TIDEWAY_CACHE;
  rmSync(dir, { recursive: true });
});

// Counts its calls, and fetches as many empty jars as it is told.
function fakeMaven(jars: number, end = ''): void {
  const script = `#!/bin/sh
echo called >> ${dir}/calls
for argument; do case $argument in -Dtideway.output=*) output=\${argument#*=};; esac; done
mkdir -p "$output/kafka" "$output/registry"
touch "$output/registry/apicurio-registry-app-runner.jar"
for n in $(seq ${jars}); do touch "$output/kafka/$n.jar"; done
${end}
`;
  writeFileSync(path.join(dir, 'mvn'), script);
  chmodSync(path.join(dir, 'mvn'), 0o755);
}

const calls = () => readFileSync(path.join(dir, 'calls'), 'utf8').split('\n').length - 1;

describe('installPlatform', () => {
  it('says first what it downloads and how much, and does it once', async () => {
    fakeMaven(47);
    const lines: string[] = [];
    await installPlatform((line) => lines.push(line));
    expect(lines[0]).toBe('Downloading Apache Kafka 4.3.1 (47 jars, 45 MB) and Apicurio Registry 3.0.9 (109 MB) from Maven Central, once.');
    await installPlatform(() => undefined);
    expect(calls()).toBe(1);
  });

  it('downloads once for two that start at the same moment', async () => {
    fakeMaven(47, 'sleep 0.3');
    const lines: string[] = [];
    await Promise.all([1, 2].map(() => installPlatform((line) => lines.push(line))));
    expect(calls()).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^Waiting for process \d+, which is downloading/));
  });

  it('tells what Maven said when the download fails, and does not take it for complete', async () => {
    fakeMaven(47, 'echo "Could not transfer artifact"; exit 1');
    await expect(installPlatform(() => undefined)).rejects.toThrow(/^The download from Maven Central failed \(mvn, exit code 1\)\. Check the network, and start again\..*Could not transfer artifact/s);
    expect(existsSync(downloadDirectory())).toBe(false);
  });

  it('does not take a download with a jar missing for complete', async () => {
    fakeMaven(45);
    await expect(installPlatform(() => undefined)).rejects.toThrow(/failed/);
    expect(existsSync(downloadDirectory())).toBe(false);
  });

  it('starts anew after a download that was killed, and removes what that left', async () => {
    const left = `${downloadDirectory()}.partial-1`;
    mkdirSync(path.join(left, 'kafka'), { recursive: true });
    fakeMaven(47);
    await installPlatform(() => undefined);
    expect(calls()).toBe(1);
    expect(existsSync(left)).toBe(false);
  });
});
