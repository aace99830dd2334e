// Turns an identifier as a platform sent it into the one form under which all domains know it.
import { hash } from 'node:crypto';
import { defaultIdentifierRules, type IdentifierRules, type IdentifierType } from './rules.js';
import { STEPS } from './steps.js';

/** Why a value is no identifier: `blocked` is dropped silently by most callers, the others are worth a message. */
export type RefusalCode = 'blocked' | 'invalid' | 'too_long' | 'unknown_type';
export type Normalised = { ok: true; value: string } | { ok: false; code: RefusalCode; message: string };

const SHA256_HEX = /^[0-9a-f]{64}$/i;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const INVISIBLE = /\p{Cf}/u;

/**
 * The normalised value of an identifier, hashed where its type is. Hashed types (`email_sha256`, `phone_sha256`)
 * take the raw e-mail address or phone number, or its SHA-256 as 64 hex digits, which passes in lower case: such a
 * hash must have been made of the same normalised form (see steps.ts). Applying it to its own result gives the same
 * result. Messages name the type and never repeat the value. Never throws on a string; throws where the rules
 * themselves cannot be read.
 */
export function normaliseIdentifier(type: string, raw: string, rules: IdentifierRules = defaultIdentifierRules()): Normalised {
  const rule = rules.types.get(type);
  if (!rule) return refusal('unknown_type', `"${type.slice(0, 60)}" is no identifier type; schemas/identifiers.yaml has ${[...rules.types.keys()].join(', ')}`);
  const text = raw.normalize('NFC').trim();
  if (rules.isBlocked(type, text)) return blockedValue(type);
  if (rule.hash && SHA256_HEX.test(text)) return { ok: true, value: text.toLowerCase() };
  if (text.length > rules.maxLength) return refusal('too_long', `${type} has ${text.length} characters, at most ${rules.maxLength} are allowed`);
  if (!text.isWellFormed() || CONTROL.test(text)) return refusal('invalid', `${type} has control characters or broken Unicode in it`);
  return normaliseText(rule, text, rules);
}

function normaliseText(rule: IdentifierType, text: string, rules: IdentifierRules): Normalised {
  for (const name of rule.normalise) {
    const result = STEPS.get(name)!(text);
    if (!result.ok) return refusal('invalid', `${rule.name} is ${result.message}`);
    text = result.value;
  }
  // A step can take text out of NFC: lower case of İ is two characters.
  const value = text.normalize('NFC');
  if (INVISIBLE.test(value)) return refusal('invalid', `${rule.name} has invisible characters in it`);
  if (value === '' || rules.isBlocked(rule.name, value)) return blockedValue(rule.name);
  return { ok: true, value: rule.hash ? hash(rule.hash, value, 'hex') : value };
}

function blockedValue(type: string): Normalised {
  return refusal('blocked', `${type} is empty or a placeholder that many people share (see blocked in schemas/identifiers.yaml)`);
}

function refusal(code: RefusalCode, message: string): Normalised {
  return { ok: false, code, message };
}
