import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { chromiumPath } from './chromium.js';

const before = { ...process.env };
const empty = mkdtempSync(path.join(tmpdir(), 'tideway-chromium-'));

afterEach(() => {
  for (const name of ['PATH', 'TIDEWAY_CHROMIUM', 'TIDEWAY_CACHE']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  rmSync(empty, { recursive: true, force: true });
});

describe('a browser for tests', () => {
  it('that TIDEWAY_CHROMIUM names is taken, if it runs', async () => {
    process.env['TIDEWAY_CHROMIUM'] = process.execPath;
    expect(await chromiumPath()).toBe(process.execPath);
    process.env['TIDEWAY_CHROMIUM'] = path.join(empty, 'nothing');
    await expect(chromiumPath()).rejects.toThrow(/TIDEWAY_CHROMIUM \(.*nothing\) is no Chromium that runs: install it/);
  });

  it('that is neither here nor to be had from Debian is asked for, by name and by variable', async () => {
    delete process.env['TIDEWAY_CHROMIUM'];
    process.env['PATH'] = empty;
    process.env['TIDEWAY_CACHE'] = empty;
    await expect(chromiumPath()).rejects.toThrow(/no Chromium on the PATH .*install chromium-headless-shell.*set TIDEWAY_CHROMIUM/);
  });
});
