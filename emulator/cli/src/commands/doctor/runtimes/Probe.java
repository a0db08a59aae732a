import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Calls Graph once and prints the answer. */
public class Probe {
    public static void main(String[] arguments) {
        try (var answer = URI.create(arguments[0]).toURL().openStream()) {
            System.out.println(new String(answer.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException error) {
            System.err.println(error);
            System.exit(1);
        }
    }
}
