import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { lastLines, rotateLog } from './log-file.js';

const dir = mkdtempSync(path.join(tmpdir(), 'log-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('moves a large log aside under the feet of its writer, and keeps two of them', () => {
  const file = path.join(dir, 'kafka.log');
  const writer = openSync(file, 'a');
  for (const round of ['first', 'second', 'third']) {
    writeSync(writer, `${round}\n`.padEnd(11 * 1024 * 1024));
    rotateLog(file);
    expect(statSync(file).size).toBe(0);
  }
  writeSync(writer, 'now\n');
  closeSync(writer);
  expect(readFileSync(file, 'utf8')).toBe('now\n');
  expect(readFileSync(`${file}.1`, 'utf8')).toMatch(/^third/);
  expect(readFileSync(`${file}.2`, 'utf8')).toMatch(/^second/);
  expect(existsSync(`${file}.3`)).toBe(false);
});

it('leaves a small log alone', () => {
  const file = path.join(dir, 'small.log');
  appendFileSync(file, 'a\nb\nc\n');
  rotateLog(file);
  expect(lastLines(file, 2)).toBe('b\nc');
  expect(lastLines(path.join(dir, 'none.log'))).toBe('');
});
