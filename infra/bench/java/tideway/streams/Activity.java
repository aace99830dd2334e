// What segments need of an activity.
package tideway.streams;

/**
 * @param valueMicros null where there is none
 * @param purpose and channel: of consents, null for others
 */
record Activity(String id, String type, long occurredAt, Long valueMicros, String currency, boolean machine, String purpose, String channel, String origin) {
}
