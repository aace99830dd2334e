import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { avroType } from '@tideway/contracts';
import { readWire } from '@tideway/kafka';
import { IMPRESSION, impression } from '../warehouse/impressions.js';
import { batchesOf, bytesOf, makeRecords, readRecords, writeRecords } from './records.js';

const records = makeRecords(50);

describe('records', () => {
  it('are impressions in the Confluent wire format, keyed by visitor', () => {
    const { key, value } = records[7]!;
    expect(key.toString()).toBe(impression(7).visitor_id);
    expect(avroType(IMPRESSION).fromBuffer(readWire(value)!.datum)).toMatchObject({ event_id: impression(7).event_id });
  });

  it('come back from their file as they were', () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'tideway-records-'));
    writeRecords(path.join(dir, 'records'), records);
    expect(readRecords(path.join(dir, 'records'))).toEqual(records);
    rmSync(dir, { recursive: true });
  });

  it('go round, in order, in pieces that are as large as they may be', () => {
    const batches = [...batchesOf(records, 120, 5_000)];
    expect(batches.flat()).toEqual(Array.from({ length: 120 }, (_, i) => records[i % 50]));
    const sizes = batches.map((batch) => batch.reduce((sum, { key, value }) => sum + key.length + value.length + 100, 0));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5_000);
    // The next record would not have fitted.
    expect(sizes.slice(0, -1).every((size, i) => size + batches[i + 1]![0]!.key.length + batches[i + 1]![0]!.value.length + 100 > 5_000)).toBe(true);
  });

  it('go alone where a record is larger than a piece', () => {
    expect([...batchesOf(records, 3, 10)].map((batch) => batch.length)).toEqual([1, 1, 1]);
  });

  it('have as many bytes as are counted', () => {
    const sum = [...batchesOf(records, 120, 5_000)].flat().reduce((total, { key, value }) => total + key.length + value.length, 0);
    expect(bytesOf(records, 120)).toBe(sum);
  });
});
