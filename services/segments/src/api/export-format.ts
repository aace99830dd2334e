// Members as lines of a file: NDJSON, or CSV by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) that no spreadsheet executes.

/** A member with their identifiers by type; `since` in ms. */
export interface ExportedMember {
  profile_id: string;
  since: number;
  identifiers: Record<string, string[]>;
}

export interface ExportFormat {
  contentType: string;
  /** What stands before the first member. */
  header(types: readonly string[]): string;
  /** One member, with the end of its line. */
  line(member: ExportedMember, types: readonly string[]): string;
}

export const EXPORT_FORMATS: Record<'ndjson' | 'csv', ExportFormat> = {
  ndjson: {
    contentType: 'application/x-ndjson; charset=utf-8',
    header: () => '',
    line: ({ profile_id, since, identifiers }, types) => `${JSON.stringify({ profile_id, since, identifiers: Object.fromEntries(types.map((type) => [type, identifiers[type] ?? []])) })}\n`,
  },
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    header: (types) => row(['profile_id', 'since', ...types]),
    // One row per person: several values of a type stand in one cell, a space between them.
    line: ({ profile_id, since, identifiers }, types) => row([profile_id, new Date(since).toISOString(), ...types.map((type) => (identifiers[type] ?? []).join(' '))]),
  },
};

const row = (cells: readonly string[]) => `${cells.map(cell).join(',')}\r\n`;

/**
 * A quoted cell where it must be. What a spreadsheet would take for a formula gets an apostrophe in front
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
