// Five segments of schemas/segments, computed with Kafka Streams: the peer of the segments service in `npm run bench -- streams`.
//
// It is what one would write with the Processor API: activities come partitioned by profile, a profile's state stands in a store
// (RocksDB, with a changelog), and a second store, ordered by time, tells a wall-clock punctuation whose time has come.
package tideway.streams;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;

public final class Main {
    static final String PROFILES = "profiles";
    static final String TIMERS = "timers";

    public static void main(String[] args) throws Exception {
        Registry registry = new Registry(env("SCHEMA_REGISTRY_URL"));
        KafkaStreams streams = new KafkaStreams(topology(registry, env("STREAMS_INPUT"), env("STREAMS_OUTPUT")), settings());
        CountDownLatch stopped = new CountDownLatch(1);
        // Whoever started it starts it again.
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            stopped.countDown();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            streams.close(Duration.ofSeconds(8));
            stopped.countDown();
        }));
        streams.start();
        stopped.await();
        System.exit(1);
    }

    private static Topology topology(Registry registry, String input, String output) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(PROFILES), Serdes.String(), new ProfileSerde()).withCachingEnabled());
        builder.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(TIMERS), Serdes.Bytes(), Serdes.ByteArray()).withCachingEnabled());
        builder.stream(input, Consumed.with(Serdes.String(), Serdes.serdeFrom((topic, value) -> { throw new UnsupportedOperationException(); }, new ActivityDeserializer(registry))))
            // What no segment looks at costs no look into a store.
            .filter((profileId, activity) -> Definitions.concerns(activity))
            .process(SegmentsProcessor::new, PROFILES, TIMERS)
            .to(output, Produced.with(Serdes.String(), Serdes.serdeFrom(new MembershipSerializer(registry), (topic, value) -> { throw new UnsupportedOperationException(); })));
        return builder.build();
    }

    private static Properties settings() {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, env("STREAMS_APPLICATION"));
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, env("KAFKA_BROKERS"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, env("STREAMS_DIR"));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, env("STREAMS_THREADS"));
        // Of a transaction: 100 is what Streams takes by itself with exactly_once_v2.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, env("STREAMS_COMMIT_MS"));
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L * 1024 * 1024);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        // As the segments service has them: who comes back takes its partitions again at once.
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), "bench");
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_000);
        return settings;
    }

    private static String env(String name) {
        String value = System.getenv(name);
        if (value == null) throw new IllegalStateException(name + " is not set");
        return value;
    }
}
