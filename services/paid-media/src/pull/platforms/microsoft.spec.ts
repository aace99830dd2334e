import { deflateRawSync, crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localApi, recordsOf, type LocalApi } from '../../test/local-api.js';
import { unzipped } from '../unzip.js';
import { faultOf } from './microsoft.js';

const env = { MICROSOFT_ADS_DEVELOPER_TOKEN: 'dev', MICROSOFT_ADS_CLIENT_ID: 'c', MICROSOFT_ADS_CLIENT_SECRET: 's', MICROSOFT_ADS_REFRESH_TOKEN: 'r' };
const csv = [
  '"Report Name: Tideway"', '"Report Aggregation: Daily"', '"Rows: 1"', '',
  '"TimePeriod","AccountId","CampaignId","CampaignName","AdGroupId","AdId","DeviceType","CurrencyCode","Impressions","Clicks","Spend","ConversionsQualified","Revenue"',
  '"2026-11-20","141","411","Shoes, autumn","511","611","Smartphone","EUR","1350","35","12.40","2.00","1200.50"',
].join('\r\n');
let api: LocalApi | undefined;
afterEach(() => api?.stop());

/** An archive of one file, as https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT lays it out. */
function zip(content: Buffer, method: 0 | 8): Buffer {
  const name = Buffer.from('report.csv');
  const packed = method === 8 ? deflateRawSync(content) : content;
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, packed]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

async function pull(status: { Status: string; file?: boolean }) {
  let polls = 0;
  api = await localApi(({ url }, base) => {
    if (url.pathname === '/token') return { body: { access_token: 'a-1', expires_in: 3600, refresh_token: 'r-2' } };
    if (url.pathname.endsWith('/Submit')) return { body: { ReportRequestId: '30000001' } };
    if (url.pathname === '/file') return { body: zip(Buffer.from(csv), 8) };
    polls += 1;
    return { body: { ReportRequestStatus: polls < 3 ? { Status: 'Pending', ReportDownloadUrl: null } : { Status: status.Status, ReportDownloadUrl: status.file ? `${base}/file?sig=x` : null } } };
  });
  return recordsOf({ platform: 'microsoft', account: '141', customer_id: '99', base_url: api.url, token_url: `${api.url}/token`, poll_seconds: 0.01 }, env, { from: '2026-11-01', to: '2026-11-20' });
}

describe('a report of Microsoft Advertising', () => {
  it('is submitted, waited for, downloaded and unpacked', async () => {
    expect(await pull({ Status: 'Success', file: true })).toMatchObject([[{ record: { platform: 'microsoft', account_id: '141', campaign_id: '411', ad_group_id: '511', ad_id: '611', device: 'mobile', account_timezone: 'UTC', cost_micros: 12_400_000, conversions: 2, conversion_value_micros: 1_200_500_000 } }]]);
    expect(api!.asked.map(({ url }) => url.pathname)).toEqual(['/token', '/Reporting/v13/GenerateReport/Submit', ...Array<string>(3).fill('/Reporting/v13/GenerateReport/Poll'), '/file']);
    const [, submit] = api!.asked;
    expect(submit!.headers).toMatchObject({ authorization: 'Bearer a-1', developertoken: 'dev', customerid: '99', customeraccountid: '141' });
    expect(JSON.parse(submit!.body)).toMatchObject({ ReportRequest: { Type: 'AdPerformanceReportRequest', Aggregation: 'Daily', Columns: expect.arrayContaining(['TimePeriod', 'ConversionsQualified']), Scope: { AccountIds: ['141'] }, Time: { CustomDateRangeStart: { Day: 1, Month: 11, Year: 2026 }, CustomDateRangeEnd: { Day: 20, Month: 11, Year: 2026 } } } });
    expect(api!.asked.at(-1)!.headers['authorization']).toBeUndefined();
  });

  it('without a row has no file', async () => {
    expect(await pull({ Status: 'Success' })).toEqual([]);
  });

  it('that cannot be made is tried again with the next run', async () => {
    await expect(pull({ Status: 'Error' })).rejects.toMatchObject({ name: 'PlatformBusyError', message: expect.stringContaining('30000001') });
  });

  it.each([
    [{ Errors: [{ Code: 109, ErrorCode: 'AuthenticationTokenExpired', Message: 'Authentication token expired.' }], Type: 'AdApiFaultDetail' }, 'token'],
    [{ Errors: [{ Code: 117, ErrorCode: 'CallRateExceeded', Message: 'Too often.' }] }, 'busy'],
    [{ OperationErrors: [{ Code: 2004, ErrorCode: 'ReportingServiceInvalidCustomDateRangeEnd', Message: 'no' }], BatchErrors: [], Type: 'ApiFaultDetail' }, 'query'],
  ])('is refused by %j: %s', (body, kind) => {
    expect(faultOf({ status: 400, headers: new Headers(), body })).toMatchObject({ kind });
  });
});

describe('an archive', () => {
  it.each([0, 8] as const)('gives its file, by method %d', (method) => {
    expect(unzipped(zip(Buffer.from(csv), method)).toString()).toBe(csv);
  });

  it('that is cut off or none is an error, wherever it ends', () => {
    const archive = zip(Buffer.from(csv), 8);
    for (let length = 0; length < archive.length; length += 7) expect(() => unzipped(archive.subarray(0, length))).toThrow(/ZIP archive/);
    expect(() => unzipped(Buffer.from('<html>'.repeat(20)))).toThrow('no ZIP archive');
  });
});
