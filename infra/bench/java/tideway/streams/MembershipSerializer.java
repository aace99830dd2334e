// Entries and exits by the schema of segments.memberships.v1, in Confluent's wire format.
package tideway.streams;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serializer;

final class MembershipSerializer implements Serializer<Membership> {
    private static final int VERSION = 1;

    private final int id;
    private final Schema schema;
    private final GenericDatumWriter<GenericRecord> writer;

    MembershipSerializer(Registry registry) {
        var registered = registry.latest("segments.memberships.v1-value");
        id = registered.id();
        schema = registered.schema();
        writer = new GenericDatumWriter<>(schema);
    }

    @Override
    public byte[] serialize(String topic, Membership change) {
        GenericRecord record = new GenericData.Record(schema);
        record.put("profile_id", change.profileId());
        record.put("sequence", change.sequence());
        record.put("segment", change.segment());
        record.put("segment_version", VERSION);
        record.put("change", symbol("change", change.entered() ? "entered" : "exited"));
        record.put("reason", symbol("reason", change.reason()));
        record.put("caused_at", change.causedAt());
        record.put("evaluated_at", change.evaluatedAt());
        record.put("origin", change.origin());
        record.put("segments", change.segments());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try {
            bytes.write(0);
            bytes.write(ByteBuffer.allocate(4).putInt(id).array());
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            writer.write(record, encoder);
            encoder.flush();
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
        return bytes.toByteArray();
    }

    private GenericData.EnumSymbol symbol(String field, String name) {
        return new GenericData.EnumSymbol(schema.getField(field).schema(), name);
    }
}
