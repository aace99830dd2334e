// The demo customer's story: everything accepted, one person on two devices and in the CRM, new for each run.
import { describe, expect, it } from '@jest/globals';
import { demoCustomer } from './demo-customer.js';
import { readEvents } from './test-service.js';

const read = (customer: ReturnType<typeof demoCustomer>) => customer.steps.map((step) => {
  const request = step.request();
  return { name: step.name, request, events: readEvents(request.path, request.body.toString()) };
});

describe('demoCustomer', () => {
  it('tells a story from an ad click to an opportunity in the CRM', () => {
    const customer = demoCustomer('run-1');
    const steps = read(customer);
    const events = steps.flatMap((step) => step.events);
    for (const { events: own, request } of steps) {
      expect(request.expected).toEqual({ accepted: own.length, quarantined: 0, rejected: 0, resends: 0 });
      expect(own.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    }
    expect(new URL(events[0]!.body['properties'].url as string).searchParams.get('gclid')).toBeTruthy();
    expect(events.filter(({ body }) => body['event'] === 'Product Viewed').length).toBeGreaterThanOrEqual(4);
    const [laptop, phone] = customer.anonymousIds;
    const signIns = events.filter(({ body }) => body['type'] === 'identify').map(({ body }) => body);
    expect(signIns.map(({ anonymousId, userId, traits }) => ({ anonymousId, userId, email: traits.email }))).toEqual(
      [laptop, phone].map((anonymousId) => ({ anonymousId, userId: customer.userId, email: customer.email })));
    expect(events.find(({ who }) => who === phone)!.body['userId']).toBeUndefined();
    expect(events.find(({ body }) => body['event'] === 'Order Completed')!.body).toMatchObject({ anonymousId: phone, properties: { order_id: customer.orderId } });
    const stages = events.filter(({ body }) => body['propertyName'] === 'lifecyclestage').map(({ body }) => [body['objectId'], body['propertyValue']]);
    expect(stages).toEqual([[customer.contactId, 'lead'], [customer.contactId, 'opportunity']]);
    expect(events.find(({ body }) => body['propertyName'] === 'email')!.body['propertyValue']).toBe(customer.email);
  });

  it('dates each step when it is asked for, and repeats the same events when it is asked again', () => {
    let time = 1_795_000_000_000;
    const { steps } = demoCustomer('run-1', () => time);
    const keys = (step: (typeof steps)[number]) => readEvents(step.request().path, step.request().body.toString()).map(({ key }) => key);
    const before = steps.map(keys);
    const view = () => JSON.parse(steps[1]!.request().body.toString()) as { sentAt: string; batch: { timestamp: string }[] };
    expect(view().batch.at(-1)!.timestamp).toBe(new Date(time).toISOString());
    time += 5000;
    expect(view().sentAt).toBe(new Date(time).toISOString());
    expect(steps.map(keys)).toEqual(before);
  });

  it('is a new person for each run, and the same one for the same run', () => {
    const [one, same, other] = ['run-1', 'run-1', 'run-2'].map((runId) => demoCustomer(runId, () => 1_795_000_000_000));
    expect(read(one!).map(({ request }) => request)).toEqual(read(same!).map(({ request }) => request));
    for (const key of ['userId', 'email', 'contactId', 'orderId'] as const) expect(other![key]).not.toBe(one![key]);
    const keys = new Set(read(one!).flatMap(({ events }) => events.map(({ key }) => key)));
    expect(read(other!).flatMap(({ events }) => events).filter(({ key }) => keys.has(key))).toEqual([]);
  });

  it.each(['', 'a b', 'x'.repeat(41), 'a@b'])('refuses the run id "%s"', (runId) => {
    expect(() => demoCustomer(runId)).toThrow(RangeError);
  });
});
