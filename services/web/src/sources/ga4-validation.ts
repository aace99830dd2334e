// The answer of the Measurement Protocol's validation server: what would be refused, in Google's words for the kinds.
// https://developers.google.com/analytics/devguides/collection/protocol/ga4/validating-events
import type { Rejection } from '@tideway/contracts';

export interface ValidationMessage {
  fieldPath: string;
  description: string;
  validationCode: string;
}

const CODES = new Map([
  ['required', 'VALUE_REQUIRED'],
  ['missing_identifier', 'VALUE_REQUIRED'],
  ['invalid_name', 'NAME_INVALID'],
  ['too_many', 'EXCEEDED_MAX_ENTITIES'],
  ['too_large', 'VALUE_OUT_OF_BOUNDS'],
  ['too_long', 'VALUE_OUT_OF_BOUNDS'],
  ['too_deep', 'VALUE_OUT_OF_BOUNDS'],
  ['range', 'VALUE_OUT_OF_BOUNDS'],
]);

/** A rejection as one of Google's messages; whatever has no code of its own there is VALUE_INVALID. */
export function validationMessage({ code, field, message }: Rejection): ValidationMessage {
  return { fieldPath: field, description: message, validationCode: CODES.get(code) ?? 'VALUE_INVALID' };
}
