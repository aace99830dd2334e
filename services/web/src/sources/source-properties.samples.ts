// What property tests hold every source to: any JSON, and any damaged sample, gives valid records or a named refusal.
import fc from 'fast-check';
import { expect } from '@jest/globals';
import { compileValidator, loadProducts, productOf, type Outcome, type ProductId } from '@tideway/contracts';

const products = loadProducts();
const validators = new Map<ProductId, ReturnType<typeof compileValidator>>();
const validate = (product: ProductId, record: unknown) => {
  const known = validators.get(product) ?? compileValidator(productOf(products, product).schema);
  validators.set(product, known);
  return known(record);
};

/** Fails unless the records keep their contracts, or the refusal has a code, a field and a message. Gives the status. */
export function expectSound(outcome: Outcome): Outcome['status'] {
  if (outcome.status === 'records') {
    for (const { product, record } of outcome.records) expect([product, validate(product, record)]).toEqual([product, undefined]);
  } else {
    expect(outcome.rejection).toEqual({ code: expect.stringMatching(/^[a-z_]+$/), field: expect.any(String), message: expect.stringMatching(/.{10}/) });
  }
  return outcome.status;
}

export const anyJson = fc.jsonValue({ noUnicodeString: false });

const LEAF = fc.oneof(
  { weight: 2, arbitrary: anyJson },
  { weight: 3, arbitrary: fc.constantFrom('', 'null', '19.99', 'EUR', 'jane@example.com', '\ud800', '2026-11-20T10:00:00Z', 0, -0, -1, 0.5, 1e300, 2 ** 53, true, null, [], {}, [null], '__proto__') },
);

/**
 * A sample with one to four of its values, at any depth, replaced by something else or taken out. What is put in is a
 * copy: an array of LEAF put in twice would be one object, and the second place may be within the first.
 */
export function damaged(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  const damage = fc.record({ at: fc.nat(), value: LEAF, out: fc.boolean() });
  return fc.tuple(fc.constantFrom(...samples), fc.array(damage, { minLength: 1, maxLength: 4 })).map(([sample, damages]) => {
    const root = { sample: structuredClone(sample) };
    for (const { at, value, out } of damages) {
      const places = placesIn(root.sample, root, 'sample');
      const [holder, key] = places[at % places.length]!;
      if (out && key !== 'sample') delete (holder as Record<string, unknown>)[key];
      else (holder as Record<string, unknown>)[key] = structuredClone(value);
    }
    return JSON.parse(JSON.stringify(root.sample)) as unknown;
  });
}

function placesIn(value: unknown, holder: object, key: string): [object, string][] {
  const below = value !== null && typeof value === 'object' ? Object.keys(value).flatMap((name) => placesIn((value as Record<string, unknown>)[name], value, name)) : [];
  return [[holder, key], ...below];
}
