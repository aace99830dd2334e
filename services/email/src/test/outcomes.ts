// What every source of this service must hold, for its spec: outcomes that keep the contracts, on any payload.
import fc from 'fast-check';
import { expect } from '@jest/globals';
import { compileValidator, loadProducts, productOf, type EmailConsents, type EmailEngagements, type Outcome } from '@tideway/contracts';

const products = loadProducts();
const validators = new Map(['email.engagements', 'email.consents'].map((id) => [id, compileValidator(productOf(products, id).schema)]));

/** Time of receipt of the samples: days after the latest of the platforms' own. */
export const RECEIVED_AT = 1_795_000_000_250;

/** Expects valid records or a named refusal, without the recipient's address anywhere; gives the status. */
export function expectOutcome(outcome: Outcome): Outcome['status'] {
  if (outcome.status === 'records') {
    for (const { product, record } of outcome.records) expect([product, validators.get(product)!(record)]).toEqual([product, undefined]);
  } else {
    expect(outcome.rejection).toEqual({ code: expect.stringMatching(/^[a-z_]+$/), field: expect.any(String), message: expect.stringMatching(/.{10}/) });
  }
  return outcome.status;
}

/** The engagements and consents of an outcome that must be records. */
export function split(outcome: Outcome): { engagements: EmailEngagements[]; consents: EmailConsents[] } {
  expect([expectOutcome(outcome), outcome]).toEqual(['records', outcome]);
  const records = outcome.status === 'records' ? outcome.records : [];
  return {
    engagements: records.flatMap(({ product, record }) => (product === 'email.engagements' ? [record as EmailEngagements] : [])),
    consents: records.flatMap(({ product, record }) => (product === 'email.consents' ? [record as EmailConsents] : [])),
  };
}

type Path = (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [at];
  return [at, ...Object.keys(value).flatMap((key) => pathsOf((value as Record<string, unknown>)[key], [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  if (rest.length === 0 && by === undefined) delete copy[String(key)];
  else copy[String(key)] = replaced(copy[String(key)], rest, by);
  return copy;
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, '', ' ', 0, -1, 1e300, 2 ** 60, true, [], {}, 'jane@example.com', '\ud800', '9999-99-99T99:99:99Z', '2300-01-01T00:00:00Z', 'constructor', '__proto__'),
  fc.string({ unit: 'binary' }), fc.double(), fc.jsonValue({ noUnicodeString: false }),
);

/** Any JSON, and the samples with up to three values in them taken away or replaced by odd ones. */
export function anyPayload(samples: unknown[]): fc.Arbitrary<unknown> {
  const damage = fc.tuple(fc.nat(), odd);
  const damaged = fc.tuple(fc.constantFrom(...samples), fc.array(damage, { maxLength: 3 })).map(([sample, places]) =>
    places.reduce<unknown>((value, [place, by]) => {
      const paths = pathsOf(value);
      return replaced(value, paths[place % paths.length]!, by);
    }, sample));
  return fc.oneof({ weight: 1, arbitrary: fc.jsonValue({ noUnicodeString: false }) }, { weight: 4, arbitrary: damaged });
}

/** Runs a source over anyPayload(): an outcome for each, and each of `statuses` at least once. */
export function expectOutcomes(samples: unknown[], source: (payload: unknown) => Outcome, statuses: Outcome['status'][]): void {
  const seen = new Set<string>();
  fc.assert(fc.property(anyPayload(samples), (payload) => { seen.add(expectOutcome(source(payload))); }), { numRuns: 500 });
  // Otherwise the property above would hold of nothing.
  expect([...seen].sort()).toEqual([...statuses].sort());
}

/** The one engagement of an outcome that must be records. */
export function engagementOf(outcome: Outcome): EmailEngagements {
  const { engagements } = split(outcome);
  expect(engagements).toHaveLength(1);
  return engagements[0]!;
}
