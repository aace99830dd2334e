// For the specs of sources: what their outcomes must keep to, and payloads that are damaged.
import { expect } from '@jest/globals';
import { compileValidator, loadProducts, type Outcome, type PaidMediaCampaignPerformance } from '@tideway/contracts';
import fc from 'fast-check';
import type { ReportSource } from '../sources/report.js';

export const EXTRACTED_AT = 1_795_236_000_000;
export const CONTEXT = { extractedAt: EXTRACTED_AT, account: '99', currency: 'EUR' };
/** 2026-11-20 in days since 1970. */
export const DAY = 20_777;

const validators = new Map(loadProducts().map(({ id, schema }) => [id, compileValidator(schema)] as const));

/** What is wrong with an outcome: a record that breaks its contract, a rejection without code or message; else undefined. */
function problemOf(outcome: Outcome): unknown {
  if (outcome.status === 'records') return outcome.records.map(({ product, record }) => validators.get(product)!(record)).find((violation) => violation !== undefined);
  const { code, field, message } = outcome.rejection;
  return /^[a-z_]+$/.test(code) && typeof field === 'string' && message !== '' ? undefined : outcome.rejection;
}

/** Records that keep their contracts, or a rejection with a code and a message. */
export function expectValid(outcome: Outcome): void {
  const problem = problemOf(outcome);
  if (problem !== undefined) expect([outcome, problem]).toEqual([outcome, undefined]);
}

/** The one performance record of a row. */
export function performanceOf(source: ReportSource, row: unknown, context = CONTEXT): PaidMediaCampaignPerformance {
  const outcome = source.outcome(row, context);
  expectValid(outcome);
  expect(outcome).toMatchObject({ status: 'records', records: [{ product: 'paid-media.campaign-performance' }] });
  return (outcome as { records: { record: unknown }[] }).records[0]!.record as PaidMediaCampaignPerformance;
}

/** The product, code and field of a row that gives no record. */
export function refusalOf(source: ReportSource, row: unknown, context: Parameters<ReportSource['outcome']>[1] = CONTEXT): string[] {
  const outcome = source.outcome(row, context);
  expectValid(outcome);
  return outcome.status === 'records' ? ['records'] : [outcome.status, outcome.rejection.code, outcome.rejection.field];
}

/** Any JSON, and samples of which any member, at any depth, is another value or is gone. */
export function anyOrDamaged(samples: unknown[]): fc.Arbitrary<unknown> {
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary' }), fc.constant(undefined), fc.constantFrom(-1, 1e300, NaN, '|', 'a|b', '9'.repeat(25), '2026-02-31', '\uD800'));
  const damaged = fc.tuple(fc.constantFrom(...samples), fc.nat(), value).map(([sample, at, replaced]) => {
    const copy = structuredClone(sample);
    const places = [...placesOf(copy)];
    const [holder, key] = places[at % places.length]!;
    holder[key] = replaced;
    return copy;
  });
  return fc.oneof(fc.jsonValue({ maxDepth: 2 }), { arbitrary: damaged, weight: 3 });
}

function* placesOf(value: unknown): Generator<[Record<string, unknown>, string]> {
  if (value === null || typeof value !== 'object') return;
  for (const key of Object.keys(value)) {
    yield [value as Record<string, unknown>, key];
    yield* placesOf((value as Record<string, unknown>)[key]);
  }
}

/** Whatever comes: rows or a rejection, and of each row valid records or a rejection; never an exception. */
export function expectSafe(source: ReportSource, responses: unknown[], rows: unknown[]): void {
  fc.assert(fc.property(anyOrDamaged([...responses, ...rows]), (payload) => {
    expectValid(source.outcome(payload, { extractedAt: EXTRACTED_AT }));
    expectValid(source.outcome(payload, CONTEXT));
    const found = source.rows(payload);
    if ('rows' in found) for (const row of found.rows) expectValid(source.outcome(row, CONTEXT));
    else expectValid({ status: 'rejected', rejection: found.rejection });
  }), { numRuns: 400 });
}
