// Why a person is in a segment or not, as the API tells it: each condition with its value, and what it must be instead.
import type { Finding } from '../evaluate/index.js';

export interface Reason extends Finding {
  /** What it must be; null where the condition holds. */
  must: string | null;
}

const MUST = ', must ';

/** Adds to each finding that does not hold what would make it hold: the end of its own sentence. */
export function reasonsOf(findings: readonly Finding[]): Reason[] {
  return findings.map((finding) => ({ ...finding, must: finding.holds ? null : wanted(finding.sentence) }));
}

function wanted(sentence: string): string {
  const at = sentence.lastIndexOf(MUST);
  // A condition of conditions says nothing but what must hold below it.
  return at < 0 ? sentence.replace(/:$/, '') : sentence.slice(at + MUST.length);
}
