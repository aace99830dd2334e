// A profile's state as bytes.
package tideway.streams;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

final class ProfileSerde implements Serde<Profile> {
    private static final Trait[] TRAITS = Trait.values();

    @Override
    public Serializer<Profile> serializer() {
        return (topic, profile) -> profile == null ? null : write(profile);
    }

    @Override
    public Deserializer<Profile> deserializer() {
        return (topic, bytes) -> bytes == null ? null : read(bytes);
    }

    private static byte[] write(Profile profile) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(profile.sequence);
            out.writeLong(profile.nextChangeAt);
            out.writeByte(profile.members.size());
            for (String member : profile.members) out.writeUTF(member);
            out.writeByte(profile.buckets.size());
            for (Map.Entry<Trait, TreeMap<Long, Long>> entry : profile.buckets.entrySet()) {
                out.writeByte(entry.getKey().ordinal());
                out.writeShort(entry.getValue().size());
                for (Map.Entry<Long, Long> bucket : entry.getValue().entrySet()) {
                    out.writeLong(bucket.getKey());
                    out.writeLong(bucket.getValue());
                }
            }
            out.writeShort(profile.decisions.size());
            for (Profile.Decision one : profile.decisions) {
                out.writeUTF(one.purpose());
                out.writeUTF(one.channel());
                out.writeBoolean(one.granted());
                out.writeLong(one.at());
                out.writeUTF(one.origin());
                out.writeUTF(one.id());
            }
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
        return bytes.toByteArray();
    }

    private static Profile read(byte[] bytes) {
        Profile profile = new Profile();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            profile.sequence = in.readLong();
            profile.nextChangeAt = in.readLong();
            List<String> members = new ArrayList<>();
            for (int left = in.readByte(); left > 0; left--) members.add(in.readUTF());
            profile.members = members;
            for (int left = in.readByte(); left > 0; left--) {
                TreeMap<Long, Long> buckets = new TreeMap<>();
                profile.buckets.put(TRAITS[in.readByte()], buckets);
                for (int more = in.readShort(); more > 0; more--) buckets.put(in.readLong(), in.readLong());
            }
            for (int left = in.readShort(); left > 0; left--) profile.decisions.add(new Profile.Decision(in.readUTF(), in.readUTF(), in.readBoolean(), in.readLong(), in.readUTF(), in.readUTF()));
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
        return profile;
    }
}
