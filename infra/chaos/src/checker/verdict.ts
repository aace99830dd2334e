// What a check came to, in a form that a table can count.
import type { Finding } from '@tideway/mesh';

/** A finding with when (ms) what it misses, or has too often, was promised or stored: faults are blamed by it. */
export interface Verdict extends Finding {
  lost: number[];
  doubled: number[];
}

export function verdict(name: string, ok: boolean, detail: string, blame: { lost?: number[]; doubled?: number[] } = {}): Verdict {
  return { name, ok, detail, lost: blame.lost ?? [], doubled: blame.doubled ?? [] };
}

/** Of a check that says only whether it holds. */
export function fromFinding(finding: Finding): Verdict {
  return { ...finding, lost: [], doubled: [] };
}
