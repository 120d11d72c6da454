import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.scalar.db.api.Delete;
import com.scalar.db.api.DistributedTransaction;
import com.scalar.db.api.DistributedTransactionAdmin;
import com.scalar.db.api.DistributedTransactionManager;
import com.scalar.db.api.Get;
import com.scalar.db.api.Insert;
import com.scalar.db.api.Put;
import com.scalar.db.api.Result;
import com.scalar.db.api.Scan;
import com.scalar.db.exception.transaction.CommitConflictException;
import com.scalar.db.exception.transaction.CrudConflictException;
import com.scalar.db.exception.transaction.UnknownTransactionStatusException;
import com.scalar.db.io.BlobColumn;
import com.scalar.db.io.Column;
import com.scalar.db.io.IntColumn;
import com.scalar.db.io.Key;
import com.scalar.db.io.TextColumn;
import com.scalar.db.service.TransactionFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * ScalarDB's own library behind a few requests in JSON, since no ScalarDB Server of these versions is public. The library
 * does all that matters; here is only the way to it.
 *
 * <p>Arguments: a properties file, and a port; or instead of it "repair", which has ScalarDB bring the coordinator's
 * table up to its version and settings.
 */
public final class LibraryServer {
  // The codes of a ScalarDB Server.
  private static final int CONFLICT = 1;
  private static final int UNKNOWN = 2;
  private static final int OTHER = 3;

  private static final Gson GSON = new Gson();

  private final DistributedTransactionManager manager;
  private final Map<String, DistributedTransaction> open = new ConcurrentHashMap<>();

  private LibraryServer(DistributedTransactionManager manager) {
    this.manager = manager;
  }

  public static void main(String[] args) throws Exception {
    TransactionFactory factory = TransactionFactory.create(Path.of(args[0]));
    if (args[1].equals("repair")) repair(factory);
    else new LibraryServer(factory.getTransactionManager()).listen(Integer.parseInt(args[1]));
  }

  private static void repair(TransactionFactory factory) throws Exception {
    try (DistributedTransactionAdmin admin = factory.getTransactionAdmin()) {
      admin.repairCoordinatorTables(Map.of());
    }
  }

  private void listen(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
    System.out.println("listening on " + port);
  }

  private void answer(HttpExchange exchange) throws IOException {
    JsonObject answer;
    int status = 200;
    try (InputStreamReader body = new InputStreamReader(exchange.getRequestBody(), StandardCharsets.UTF_8)) {
      answer = carryOut(exchange.getRequestURI().getPath(), GSON.fromJson(body, JsonObject.class));
    } catch (Exception error) {
      status = 409;
      answer = new JsonObject();
      answer.addProperty("code", codeOf(error));
      answer.addProperty("message", String.valueOf(error.getMessage()));
    }
    byte[] bytes = GSON.toJson(answer).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static int codeOf(Exception error) {
    if (error instanceof CrudConflictException || error instanceof CommitConflictException) return CONFLICT;
    return error instanceof UnknownTransactionStatusException ? UNKNOWN : OTHER;
  }

  private JsonObject carryOut(String path, JsonObject input) throws Exception {
    if (path.equals("/begin")) return begin(input);
    String id = input.get("transaction").getAsString();
    DistributedTransaction transaction = open.get(id);
    if (transaction == null) throw new IllegalStateException("There is no transaction " + id);
    JsonObject answer = new JsonObject();
    switch (path) {
      case "/get" -> answer.add("rows", rowsOf(transaction.get(getOf(input)).stream().toList()));
      case "/scan" -> answer.add("rows", rowsOf(transaction.scan(scanOf(input))));
      case "/put" -> transaction.put(putOf(input));
      case "/insert" -> transaction.insert(insertOf(input));
      case "/delete" -> transaction.delete(deleteOf(input));
      case "/commit" -> {
        open.remove(id);
        transaction.commit();
      }
      case "/abort" -> {
        open.remove(id);
        transaction.abort();
      }
      default -> throw new IllegalArgumentException("There is no " + path);
    }
    return answer;
  }

  private JsonObject begin(JsonObject input) throws Exception {
    DistributedTransaction begun =
        input.has("transaction") ? manager.begin(input.get("transaction").getAsString()) : manager.begin();
    open.put(begun.getId(), begun);
    JsonObject answer = new JsonObject();
    answer.addProperty("transaction", begun.getId());
    return answer;
  }

  private static Get getOf(JsonObject input) {
    var get = Get.newBuilder().namespace(text(input, "namespace")).table(text(input, "table"));
    var keyed = get.partitionKey(keyOf(input, "partition"));
    return input.has("clustering") ? keyed.clusteringKey(keyOf(input, "clustering")).build() : keyed.build();
  }

  private static Scan scanOf(JsonObject input) {
    var scan = Scan.newBuilder().namespace(text(input, "namespace")).table(text(input, "table"));
    return scan.partitionKey(keyOf(input, "partition")).build();
  }

  private static Put putOf(JsonObject input) {
    var put = Put.newBuilder().namespace(text(input, "namespace")).table(text(input, "table"));
    var keyed = put.partitionKey(keyOf(input, "partition")).enableImplicitPreRead();
    if (input.has("clustering")) keyed.clusteringKey(keyOf(input, "clustering"));
    for (Column<?> column : columnsOf(input, "values")) keyed.value(column);
    return keyed.build();
  }

  private static Insert insertOf(JsonObject input) {
    var insert = Insert.newBuilder().namespace(text(input, "namespace")).table(text(input, "table"));
    var keyed = insert.partitionKey(keyOf(input, "partition"));
    if (input.has("clustering")) keyed.clusteringKey(keyOf(input, "clustering"));
    for (Column<?> column : columnsOf(input, "values")) keyed.value(column);
    return keyed.build();
  }

  private static Delete deleteOf(JsonObject input) {
    var delete = Delete.newBuilder().namespace(text(input, "namespace")).table(text(input, "table"));
    var keyed = delete.partitionKey(keyOf(input, "partition"));
    return input.has("clustering") ? keyed.clusteringKey(keyOf(input, "clustering")).build() : keyed.build();
  }

  private static Key keyOf(JsonObject input, String name) {
    Key.Builder key = Key.newBuilder();
    for (Column<?> column : columnsOf(input, name)) key.add(column);
    return key.build();
  }

  private static String text(JsonObject input, String name) {
    return input.get(name).getAsString();
  }

  /** Text, int, and blob: as a string, a number, and {"base64": a string}. */
  private static List<Column<?>> columnsOf(JsonObject input, String name) {
    List<Column<?>> columns = new ArrayList<>();
    for (Map.Entry<String, JsonElement> each : input.getAsJsonObject(name).entrySet())
      columns.add(columnOf(each.getKey(), each.getValue()));
    return columns;
  }

  private static Column<?> columnOf(String name, JsonElement value) {
    if (value.isJsonObject())
      return BlobColumn.of(name, Base64.getDecoder().decode(value.getAsJsonObject().get("base64").getAsString()));
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    return primitive.isNumber() ? IntColumn.of(name, primitive.getAsInt()) : TextColumn.of(name, primitive.getAsString());
  }

  private static JsonElement rowsOf(List<Result> results) {
    return GSON.toJsonTree(results.stream().map(LibraryServer::rowOf).toList());
  }

  private static JsonObject rowOf(Result result) {
    JsonObject row = new JsonObject();
    for (Column<?> column : result.getColumns().values()) {
      if (column.hasNullValue()) continue;
      switch (column.getDataType()) {
        case INT -> row.addProperty(column.getName(), column.getIntValue());
        case BLOB -> row.add(column.getName(), blobOf(column.getBlobValueAsBytes()));
        default -> row.addProperty(column.getName(), column.getTextValue());
      }
    }
    return row;
  }

  private static JsonObject blobOf(byte[] bytes) {
    JsonObject blob = new JsonObject();
    blob.addProperty("base64", Base64.getEncoder().encodeToString(bytes));
    return blob;
  }
}
