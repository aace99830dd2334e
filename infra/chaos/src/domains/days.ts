// A shop's days, one after the other and without end, and what platforms do with their requests.
import { shop, type Happening, type NativeRequest } from '@tideway/simulator';

/** Any day: what is sent of it gets the time of its sending. */
const FROM = Date.UTC(2026, 7, 3);
const SESSIONS_PER_DAY = 500;

/** What happens at one platform, in order. */
export function* happenings<P extends Happening['platform']>(seed: number, platform: P): Generator<Extract<Happening, { platform: P }>> {
  for (const happening of shop({ seed, from: FROM, sessionsPerDay: SESSIONS_PER_DAY })) {
    if (isAt(happening, platform)) yield happening;
  }
}

function isAt<P extends Happening['platform']>(happening: Happening, platform: P): happening is Extract<Happening, { platform: P }> {
  return happening.platform === platform;
}

/** The same request once more: what it holds is known already. */
export function sentAgain(request: NativeRequest): NativeRequest {
  return { ...request, expected: { ...request.expected, resends: request.expected.accepted } };
}
