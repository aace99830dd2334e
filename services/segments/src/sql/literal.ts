// Names and texts from definitions as ClickHouse literals: nothing of theirs can end a literal and become SQL.

const ESCAPES: Record<string, string> = { '\\': '\\\\', "'": "\\'", '\0': '\\0', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b' };

/**
 * A ClickHouse string literal. Backslash and quote are what could end it; control characters are escaped so
 * that queries stay readable in logs (https://clickhouse.com/docs/sql-reference/syntax#string).
 */
export function sqlText(text: string): string {
  return `'${text.replace(/[\\'\0\n\r\t\b]/g, (character) => ESCAPES[character]!)}'`;
}

/** A quoted ClickHouse identifier. */
export function sqlName(name: string): string {
  return `\`${name.replace(/[\\`]/g, (character) => `\\${character}`)}\``;
}

/** Conditions joined with AND; `true` where there is none. */
export function sqlAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}
