import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { findJava, javaMajor } from './java.js';
import { workspaceRoot } from './workspace.js';

const home = process.env['JAVA_HOME'];
const dir = mkdtempSync(path.join(tmpdir(), 'java-'));

afterEach(() => {
  if (home === undefined) delete process.env['JAVA_HOME'];
  else process.env['JAVA_HOME'] = home;
  rmSync(dir, { recursive: true, force: true });
});

function fakeJava(version: string): void {
  mkdirSync(path.join(dir, 'bin'), { recursive: true });
  writeFileSync(path.join(dir, 'bin/java'), `#!/bin/sh\necho '${version}' >&2\n`);
  chmodSync(path.join(dir, 'bin/java'), 0o755);
  process.env['JAVA_HOME'] = dir;
}

describe('findJava', () => {
  it('says in one line that there is none, and what to install', async () => {
    process.env['JAVA_HOME'] = '/nowhere';
    await expect(findJava()).rejects.toThrow(/^There is no Java in JAVA_HOME \(\/nowhere\)\. Install Java 17 or later.*$/);
  });

  it('says in one line that it is too old', async () => {
    fakeJava('openjdk version "11.0.22" 2024-01-16');
    await expect(findJava()).rejects.toThrow(/^The Java in JAVA_HOME .* is too old: openjdk version "11\.0\.22".*Install Java 17 or later.*$/);
  });

  it('takes the one of JAVA_HOME', async () => {
    fakeJava('openjdk version "21.0.2" 2024-01-16');
    expect((await findJava()).binary).toBe(path.join(dir, 'bin/java'));
  });
});

describe('javaMajor', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_402"', 8],
    ['Unrecognized option', undefined],
  ])('reads %s', (version, major) => {
    expect(javaMajor(version)).toBe(major);
  });
});

describe('the check before npm scripts', () => {
  /** What it finds wrong where the environment is `change`, and else has no Java. */
  const problem = (change: Record<string, string>) => {
    const script = `import { javaProblem } from ${JSON.stringify(path.join(workspaceRoot, 'infra/scripts/java.mjs'))}; console.log(javaProblem() ?? 'none');`;
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { PATH: '/nowhere', ...change } }).trim();
  };

  it('is content with the Java of JAVA_HOME, whatever the PATH has', () => {
    fakeJava('openjdk version "21.0.2" 2024-01-16');
    expect(problem({ JAVA_HOME: dir })).toBe('none');
    expect(problem({ PATH: `${dir}/bin` })).toBe('none');
    expect(problem({ PATH: `${dir}/bin`, JAVA_HOME: '' })).toBe('none');
  });

  it.each([['openjdk version "11.0.22" 2024-01-16', '11'], ['java version "1.8.0_402"', '8']])('says in one line that %s is too old', (version, major) => {
    fakeJava(version);
    expect(problem({ JAVA_HOME: dir })).toMatch(new RegExp(`^The Java in JAVA_HOME \\(${dir}\\) is too old: it is version ${major}\\. .*JAVA_HOME.*$`));
  });

  it('says in one line that there is none, and what to install', () => {
    expect(problem({})).toMatch(/^There is no working Java on the PATH\. .*install it.*$/);
    expect(problem({ JAVA_HOME: '/none' })).toMatch(/^There is no working Java in JAVA_HOME \(\/none\)\. .*$/);
  });
});
