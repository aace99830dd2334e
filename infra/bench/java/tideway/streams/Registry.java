// Schemas from a registry with Confluent's API: https://docs.confluent.io/platform/current/schema-registry/develop/api.html
package tideway.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.apache.avro.Schema;

final class Registry {
    private final String url;
    private final HttpClient client = HttpClient.newHttpClient();

    Registry(String url) {
        this.url = url;
    }

    record Registered(int id, Schema schema) {
    }

    Schema byId(int id) {
        return parse(get("/schemas/ids/" + id));
    }

    /** The latest version of a subject. */
    Registered latest(String subject) {
        JsonNode answer = get("/subjects/" + subject + "/versions/latest");
        return new Registered(answer.get("id").asInt(), parse(answer));
    }

    private static Schema parse(JsonNode answer) {
        return new Schema.Parser().parse(answer.get("schema").asText());
    }

    private JsonNode get(String path) {
        try {
            var answer = client.send(HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) throw new IllegalStateException("the registry answers " + answer.statusCode() + " to " + path);
            return new ObjectMapper().readTree(answer.body());
        } catch (IOException error) {
            throw new IllegalStateException("the registry at " + url + " is away", error);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(error);
        }
    }
}
