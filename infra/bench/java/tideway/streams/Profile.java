// The state of one profile: what its traits hold, what it decided, what it is a member of, and when it has to be looked at again.
package tideway.streams;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

final class Profile {
    static final long NEVER = Long.MAX_VALUE;

    /** By the order in which one replaces another. */
    record Decision(String purpose, String channel, boolean granted, long at, String origin, String id) {
        static final Comparator<Decision> LATER = Comparator.comparingLong(Decision::at)
            .thenComparing(Decision::origin, Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
            .thenComparing(Decision::id);
    }

    /** What each bucket adds, by the bucket's beginning (ms). */
    final Map<Trait, TreeMap<Long, Long>> buckets = new EnumMap<>(Trait.class);
    final List<Decision> decisions = new ArrayList<>();
    List<String> members = List.of();
    long sequence;
    /** Time (ms) at which its members may change without an activity. */
    long nextChangeAt = NEVER;

    void apply(Activity activity) {
        if (Definitions.isConsent(activity)) {
            if (activity.purpose() != null && activity.channel() != null) {
                decisions.add(new Decision(activity.purpose(), activity.channel(), activity.type().equals("consent_granted"), activity.occurredAt(), activity.origin(), activity.id()));
            }
            return;
        }
        for (Trait trait : Trait.values()) {
            long value = trait.valueOf(activity);
            if (value != 0) buckets.computeIfAbsent(trait, none -> new TreeMap<>()).merge(trait.bucketOf(activity.occurredAt()), value, Long::sum);
        }
    }

    /** Forgets what no later time needs. */
    void prune(long now) {
        buckets.entrySet().removeIf(entry -> {
            Trait trait = entry.getKey();
            entry.getValue().headMap(trait.bucketOf(now) - trait.lengthMs, true).clear();
            return entry.getValue().isEmpty();
        });
        decisions.removeIf(one -> one.at <= now && decisions.stream().anyMatch(other -> other.at <= now && sameScope(one, other) && Decision.LATER.compare(other, one) > 0));
    }

    private static boolean sameScope(Decision one, Decision other) {
        return one.purpose.equals(other.purpose) && one.channel.equals(other.channel);
    }

    long valueOf(Trait trait, long now) {
        TreeMap<Long, Long> held = buckets.get(trait);
        if (held == null) return 0;
        long current = trait.bucketOf(now);
        long sum = 0;
        for (long value : held.subMap(current - trait.lengthMs, false, current, true).values()) sum += value;
        return sum;
    }

    boolean consents(Definitions.Segment segment, long now) {
        Decision last = null;
        for (Decision one : decisions) {
            if (one.at <= now && concerns(one, segment) && (last == null || Decision.LATER.compare(one, last) > 0)) last = one;
        }
        return last != null && last.granted;
    }

    private static boolean concerns(Decision decision, Definitions.Segment segment) {
        return decision.purpose.equals(segment.purpose()) && (decision.channel.equals("any") || decision.channel.equals(segment.channel()));
    }

    /** The first time after now at which one of its members may change by time alone. */
    long nextChange(long now) {
        long next = NEVER;
        for (Decision one : decisions) if (one.at > now) next = Math.min(next, one.at);
        for (Definitions.Segment segment : Definitions.SEGMENTS) {
            if (!consents(segment, now)) continue;
            for (Definitions.Condition condition : segment.conditions()) next = Math.min(next, firstFlip(condition.trait(), condition.rule(), now));
        }
        return next;
    }

    /** The first time at which buckets that enter or leave the window make the rule another one than it is now. */
    private long firstFlip(Trait trait, LongPredicate rule, long now) {
        TreeMap<Long, Long> held = buckets.get(trait);
        if (held == null) return NEVER;
        long current = trait.bucketOf(now);
        TreeMap<Long, Long> steps = new TreeMap<>();
        held.forEach((start, value) -> {
            if (start > current) steps.merge(start, value, Long::sum);
            if (start + trait.lengthMs > current) steps.merge(start + trait.lengthMs, -value, Long::sum);
        });
        long value = valueOf(trait, now);
        boolean holds = rule.test(value);
        for (Map.Entry<Long, Long> step : steps.entrySet()) {
            value += step.getValue();
            if (rule.test(value) != holds) return step.getKey();
        }
        return NEVER;
    }
}
