package house

// room is one package under internal/ and its duty. A folder inside a room
// (importer/whatsapp) belongs to it.
type room struct{ name, duty string }

// floors lists the rooms from the ground floor up: a room imports only rooms
// that stand before it. Rooms on one floor do not know of each other.
var floors = [][]room{
	{{"problem", "the one shape of a refusal"}},
	{{"trace", "where the time of one request goes; it can hold no text"}},
	{
		{"journal", "the register and its proofs; it knows no database"},
		{"seal", "keys, and the sealing of bodies and files"},
		{"bus", "\"something happened up to N\", and fleeting signals; it carries no truth"},
		{"outbound", "the one HTTP client that may leave the house"},
	},
	{{"store", "one company's database: open, migrate, read, write"}},
	{{"blob", "file contents, sealed"}},
	{{"org", "people, roles and every permission decision"}},
	{{"search", "the analyser and the index"}},
	{{"login", "proving who somebody is"}},
	{{"chat", "conversations, membership, messages"}},
	{{"wire", "the shapes that clients see, over HTTP and the socket alike"}},
	{{"records", "retention, holds, cases, exports, erasure"}},
	{{"importer", "the past, brought along from elsewhere"}},
	{{"wire", "the shapes that clients see, over HTTP and the socket alike"}},
	{{"live", "the WebSocket gateway"}},
	{{"api", "HTTP and OpenAPI; no rule lives there"}},
}

// reserved names a library that only one package may use, and why.
var reserved = []struct{ module, only, why string }{
	{"github.com/danielgtaylor/huma/v2", "internal/api", "the HTTP framework must be replaceable in one place, and rooms must not speak HTTP"},
	{"github.com/lxzan/gws", "internal/live", "the WebSocket library was chosen by measurement and may be chosen again"},
	{"modernc.org/sqlite", "internal/store", "a store.Tenant is the only door to data"},
	{"github.com/tink-crypto/tink-go/v2", "internal/seal", "keys are handled in one place"},
	{"github.com/nats-io/nats.go", "internal/bus", "rooms know the bus, not what carries it"},
	{"github.com/nats-io/nats-server/v2", "internal/bus", "rooms know the bus, not what carries it"},
	{"github.com/minio/minio-go/v7", "internal/blob", "what S3 says is believed in no other place, nor there"},
	{"github.com/alecthomas/kong", "cmd/verbale", "only the program reads a command line"},
	{"github.com/caddyserver/certmagic", "cmd/verbale", "certificates are the program's business"},
	{"github.com/prometheus/client_golang", "cmd/verbale", "rooms count with plain numbers, the program publishes them"},
}

// leaving lists what of net/http reaches out of the house. Only outbound may,
// since it alone checks where a request goes.
var leaving = map[string]bool{
	"Client": true, "DefaultClient": true, "DefaultTransport": true, "Transport": true,
	"Get": true, "Head": true, "Post": true, "PostForm": true,
}

// empty names say nothing about what is inside, so everything falls in.
var empty = map[string]bool{
	"util": true, "utils": true, "common": true, "helper": true, "helpers": true,
	"manager": true, "misc": true, "shared": true, "base": true, "types": true,
}
