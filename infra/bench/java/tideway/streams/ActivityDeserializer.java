// customer.activities.v1 in Confluent's wire format: a zero, the writer schema's id in four bytes, the Avro datum.
package tideway.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.apache.kafka.common.serialization.Deserializer;

final class ActivityDeserializer implements Deserializer<Activity> {
    /** All others are skipped as they are read. */
    private static final List<String> FIELDS = List.of("activity_id", "occurred_at", "type", "value_micros", "currency", "is_bot", "is_machine", "properties", "origin");
    private static final Utf8 PURPOSE = new Utf8("purpose");
    private static final Utf8 CHANNEL = new Utf8("channel");

    private final Registry registry;
    private final ThreadLocal<Readers> readers;

    ActivityDeserializer(Registry registry) {
        this.registry = registry;
        this.readers = ThreadLocal.withInitial(Readers::new);
    }

    /** What a stream thread reads with. */
    private static final class Readers {
        final Map<Integer, GenericDatumReader<GenericRecord>> byId = new HashMap<>();
        BinaryDecoder decoder;
        GenericRecord record;
    }

    @Override
    public Activity deserialize(String topic, byte[] bytes) {
        if (bytes == null || bytes.length < 5 || bytes[0] != 0) throw new IllegalArgumentException("a record of " + topic + " is not framed as Confluent Avro");
        Readers own = readers.get();
        var reader = own.byId.computeIfAbsent(ByteBuffer.wrap(bytes, 1, 4).getInt(), this::readerOf);
        try {
            own.decoder = DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, own.decoder);
            own.record = reader.read(own.record, own.decoder);
        } catch (IOException error) {
            throw new IllegalArgumentException("a record of " + topic + " does not decode", error);
        }
        return activityOf(own.record);
    }

    private GenericDatumReader<GenericRecord> readerOf(int id) {
        Schema writer = registry.byId(id);
        List<Schema.Field> fields = FIELDS.stream().map(writer::getField).map(field -> new Schema.Field(field, field.schema())).toList();
        return new GenericDatumReader<>(writer, Schema.createRecord(writer.getName(), null, writer.getNamespace(), false, fields));
    }

    private static Activity activityOf(GenericRecord record) {
        Map<?, ?> properties = (Map<?, ?>) record.get("properties");
        return new Activity(
            record.get("activity_id").toString(), record.get("type").toString(), (Long) record.get("occurred_at"), (Long) record.get("value_micros"), text(record.get("currency")),
            (Boolean) record.get("is_bot") || (Boolean) record.get("is_machine"), text(properties.get(PURPOSE)), text(properties.get(CHANNEL)), record.get("origin").toString());
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }
}
