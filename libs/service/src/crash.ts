// Named points at which a process can be made to die as by kill -9, for crash tests; free when the variable is not set.

const [point, nth] = (process.env['TIDEWAY_CRASH_AT'] ?? '').split('#');
let left = Number(nth ?? 1);

/** Dies here where TIDEWAY_CRASH_AT is `<name>` or `<name>#<n>` (at the nth passage). */
export function crashPoint(name: string): void {
  if (!point || point !== name) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}
