import { describe, expect, it } from '@jest/globals';
import { google } from './google.js';

const fault = (status: number, body: unknown) => google.faultOf({ status, headers: new Headers(), body });
/** As https://developers.google.com/google-ads/api/docs/get-started/handle-errors shows an error. */
const failure = (code: number, status: string, error: object) => ({
  error: { code, status, message: 'Request contains an invalid argument.', details: [{ '@type': 'type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure', errors: [error], requestId: 'r' }] },
});

describe("Google's refusal", () => {
  it('of a query is told with the reason that Google gives', () => {
    const body = failure(400, 'INVALID_ARGUMENT', { errorCode: { queryError: 'UNRECOGNIZED_FIELD' }, message: "Unrecognized field in the query: 'x'." });
    const told = { kind: 'query', message: "INVALID_ARGUMENT Unrecognized field in the query: 'x'.", afterMs: undefined };
    expect([fault(400, body), fault(400, [body])]).toEqual([told, told]);
  });

  it('of a token is one', () => {
    expect(fault(401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' } })).toMatchObject({ kind: 'token', message: 'UNAUTHENTICATED Request had invalid authentication credentials.' });
    expect(fault(403, failure(403, 'PERMISSION_DENIED', { message: "User doesn't have permission to access customer." }))).toMatchObject({ kind: 'token' });
  });

  it('for a quota says how long to wait', () => {
    const error = { errorCode: { quotaError: 'RESOURCE_EXHAUSTED' }, message: 'Too many requests.', details: { quotaErrorDetails: { rateScope: 'DEVELOPER', retryDelay: '30s' } } };
    expect(fault(429, failure(429, 'RESOURCE_EXHAUSTED', error))).toMatchObject({ kind: 'busy', afterMs: 30_000 });
  });

  it('in the middle of a stream has its own code', () => {
    expect(fault(200, failure(500, 'INTERNAL', { message: 'An internal error has occurred.' }))).toMatchObject({ kind: 'busy' });
  });

  it('is none in a batch of rows', () => {
    expect([fault(200, { results: [{ campaign: { id: '1' } }], fieldMask: 'campaign.id' }), fault(200, [])]).toEqual([undefined, undefined]);
  });
});
