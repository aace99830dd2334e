// What the intake of a domain service reads from its environment.
import { z } from 'zod';

export const intakeShape = {
  INTAKE_EVENTS_PER_SECOND: z.coerce.number().positive().default(20_000).describe('of one key, in the long run'),
  INTAKE_BURST_EVENTS: z.coerce.number().positive().default(100_000).describe('of one key, after a pause'),
  INTAKE_MAX_IN_FLIGHT_BYTES: z.coerce.number().int().positive().default(64 * 1024 * 1024).describe('bodies in hand at once; beyond it 503'),
  INTAKE_MAX_IN_FLIGHT_EVENTS: z.coerce.number().int().positive().default(50_000).describe('events in hand at once; beyond it 503'),
};

export type IntakeConfig = z.infer<z.ZodObject<typeof intakeShape>>;

/** The limits of an Intake by its configuration. */
export function intakeLimits(config: IntakeConfig) {
  return {
    rate: { perSecond: config.INTAKE_EVENTS_PER_SECOND, burst: config.INTAKE_BURST_EVENTS },
    inFlight: { bytes: config.INTAKE_MAX_IN_FLIGHT_BYTES, events: config.INTAKE_MAX_IN_FLIGHT_EVENTS },
  };
}
