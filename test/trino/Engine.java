import io.trino.plugin.hive.HivePlugin;
import io.trino.server.testing.TestingTrinoServer;
import java.util.Map;

/** Serves one Trino whose catalog has the files of a folder, until its standard input ends. It prints its address. */
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
        System.out.println("serves " + server.getBaseUrl());
        while (System.in.read() >= 0) {
        }
        System.exit(0);
    }
}
