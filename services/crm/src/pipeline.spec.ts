import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Deliveries, nativeRequest } from '@tideway/intake';
import type { Config } from './config.js';
import { Pipeline } from './pipeline.js';

const body = JSON.stringify({ data: { id: 8 }, previous: { label: 3 }, meta: { action: 'change', entity: 'person', entity_id: '8', company_id: '1', id: 'e', timestamp: '2022-11-24T15:18:35.616Z' } });
const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}` });
const deliveries = new Deliveries();
const send = (config: Partial<Config>, headers: Record<string, string>) => new Pipeline(config as Config, deliveries.intake).pipedrive(nativeRequest(body, { headers }));
const PIPEDRIVE_WEBHOOK_KEYS = [{ name: 'old', hash: createHash('sha256').update('one').digest() }, { name: 'shop', hash: createHash('sha256').update('two').digest() }];

describe('webhooks of Pipedrive', () => {
  it('are off, with the variable to set, where no keys are configured', async () => {
    await expect(send({}, basic('one'))).rejects.toMatchObject({ status: 404, rejection: { code: 'not_configured', message: expect.stringContaining('PIPEDRIVE_WEBHOOK_KEYS') } });
  });

  it.each([['none', {}], ['an unknown one', basic('three')], ['an empty one', basic('')], ['it as a token', { authorization: 'Bearer one' }]])('are refused with %s for a password', async (_name, headers) => {
    await expect(send({ PIPEDRIVE_WEBHOOK_KEYS }, headers)).rejects.toMatchObject({ status: 401, rejection: { code: 'unauthorised', field: 'authorization' }, headers: { 'www-authenticate': 'Basic realm="webhook"' } });
  });

  it('are of the account whose key is the password', async () => {
    for (const [password, name] of [['one', 'old'], ['two', 'shop']] as const) {
      await send({ PIPEDRIVE_WEBHOOK_KEYS }, basic(password));
      expect(deliveries.items).toMatchObject([{ source: `pipedrive:${name}`, outcome: { status: 'records', records: [{ record: { source: `pipedrive:${name}` } }] } }]);
    }
  });
});
