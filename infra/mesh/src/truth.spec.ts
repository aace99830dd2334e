// The truth of a shop comes back as the identifiers that the mesh writes, with whose they are.
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Truth } from '@tideway/simulator';
import { openTruthLog, readPeople, truthFile } from './truth.js';

const dir = mkdtempSync(path.join(tmpdir(), 'tideway-truth-'));
const person = { kind: 'person' as const, person: 'cust-1-1', user_id: 'cust-1-1', email: 'Ada.Berg.1-1@example.com', anonymous_ids: ['a-1', 'a-2'], holdout: false } satisfies Truth;

afterAll(() => rmSync(dir, { recursive: true }));

describe('readPeople', () => {
  it('says what to do where there is no truth', async () => {
    await expect(readPeople(dir)).rejects.toThrow(/there is no .*truth\.ndjson: `npm start` writes it/);
  });

  it('gives every identifier as the mesh writes it, over several runs, and passes over touches', async () => {
    for (const truth of [person, { ...person, person: 'cust-2-1', user_id: 'cust-2-1', email: 'bo@example.com', anonymous_ids: ['b-1'] }]) {
      const log = openTruthLog(dir);
      log.write(truth);
      log.write({ kind: 'touch', person: truth.person, at: '2026-11-21T10:00:00.000Z', visit: 'v', channel: 'direct', campaign: null, click_id: null, click_id_lost: false });
      await log.close();
    }
    const email = (address: string) => `email_sha256:${createHash('sha256').update(address).digest('hex')}`;
    expect([...await readPeople(dir)]).toEqual([
      ['user_id:cust-1-1', 'cust-1-1'], [email('ada.berg.1-1@example.com'), 'cust-1-1'], ['anonymous_id:a-1', 'cust-1-1'], ['anonymous_id:a-2', 'cust-1-1'],
      ['user_id:cust-2-1', 'cust-2-1'], [email('bo@example.com'), 'cust-2-1'], ['anonymous_id:b-1', 'cust-2-1'],
    ]);
  });

  it('names the line that is none', async () => {
    appendFileSync(truthFile(dir), '{"kind":');
    await expect(readPeople(dir)).rejects.toThrow(/line 5 is no JSON/);
  });
});
