// An entry or an exit, as segments.memberships.v1 has it.
package tideway.streams;

import java.util.List;

/** @param origin of the activity that caused it; null where time did */
record Membership(String profileId, long sequence, String segment, boolean entered, String reason, long causedAt, long evaluatedAt, String origin, List<String> segments) {
}
