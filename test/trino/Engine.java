import io.trino.plugin.hive.HivePlugin;
import io.trino.server.testing.TestingTrinoServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Serves one Trino whose catalog has the files of a folder, until its standard input ends. Its address is written to a file. */
public class Engine
{
    public static void main(String[] args)
            throws Exception
    {
        TestingTrinoServer server = TestingTrinoServer.builder().build();
        server.installPlugin(new HivePlugin());
        server.createCatalog("awsdatacatalog", "hive", Map.of(
                "hive.metastore", "file",
                "hive.metastore.catalog.dir", "local:///catalog",
                "fs.local.enabled", "true",
                "local.location", args[0]));
        Path made = Path.of(args[1] + ".part");
        Files.writeString(made, server.getBaseUrl().toString());
        Files.move(made, Path.of(args[1])); // whole or not there
        while (System.in.read() >= 0) {
        }
        System.exit(0);
    }
}
