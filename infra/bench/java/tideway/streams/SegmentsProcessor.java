// Activities, and the time, into entries and exits.
package tideway.streams;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

final class SegmentsProcessor implements Processor<String, Activity, String, Membership> {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final byte[] NOTHING = new byte[0];

    private ProcessorContext<String, Membership> context;
    private KeyValueStore<String, Profile> profiles;
    /** Keys are the time, so that what is due stands first, and the profile. */
    private KeyValueStore<Bytes, byte[]> timers;

    @Override
    public void init(ProcessorContext<String, Membership> context) {
        this.context = context;
        profiles = context.getStateStore(Main.PROFILES);
        timers = context.getStateStore(Main.TIMERS);
        context.schedule(LOOK_EVERY, PunctuationType.WALL_CLOCK_TIME, this::wake);
    }

    @Override
    public void process(Record<String, Activity> record) {
        Activity activity = record.value();
        Profile profile = profiles.get(record.key());
        if (profile == null) profile = new Profile();
        profile.apply(activity);
        evaluate(record.key(), profile, context.currentSystemTimeMs(), Definitions.isConsent(activity) ? "consent" : "activity", activity.occurredAt(), activity.origin());
    }

    private void wake(long now) {
        List<Bytes> due = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> found = timers.range(timer(0, ""), timer(now + 1, ""))) {
            while (found.hasNext()) due.add(((KeyValue<Bytes, byte[]>) found.next()).key);
        }
        for (Bytes timer : due) {
            ByteBuffer key = ByteBuffer.wrap(timer.get());
            long at = key.getLong();
            String profileId = StandardCharsets.UTF_8.decode(key).toString();
            evaluate(profileId, profiles.get(profileId), now, "time", at, null);
        }
    }

    private static Bytes timer(long at, String profileId) {
        byte[] id = profileId.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + id.length).putLong(at).put(id).array());
    }

    private void evaluate(String profileId, Profile profile, long now, String reason, long causedAt, String origin) {
        profile.prune(now);
        List<String> members = Definitions.SEGMENTS.stream().filter(segment -> profile.consents(segment, now) && segment.holds(profile, now)).map(Definitions.Segment::name).toList();
        List<String> held = new ArrayList<>(profile.members);
        for (String segment : profile.members) {
            if (members.contains(segment)) continue;
            held.remove(segment);
            forward(profileId, profile, segment, false, reason, causedAt, now, origin, held);
        }
        for (String segment : members) {
            if (profile.members.contains(segment)) continue;
            held.add(segment);
            held.sort(null);
            forward(profileId, profile, segment, true, reason, causedAt, now, origin, held);
        }
        profile.members = members;
        setTimer(profileId, profile, profile.nextChange(now));
        profiles.put(profileId, profile);
    }

    private void forward(String profileId, Profile profile, String segment, boolean entered, String reason, long causedAt, long now, String origin, List<String> held) {
        profile.sequence += 1;
        context.forward(new Record<>(profileId, new Membership(profileId, profile.sequence, segment, entered, reason, causedAt, now, origin, List.copyOf(held)), now));
    }

    private void setTimer(String profileId, Profile profile, long next) {
        if (next == profile.nextChangeAt) return;
        if (profile.nextChangeAt != Profile.NEVER) timers.delete(timer(profile.nextChangeAt, profileId));
        if (next != Profile.NEVER) timers.put(timer(next, profileId), NOTHING);
        profile.nextChangeAt = next;
    }
}
