package api

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/org"
	"verbale/internal/store"
)

// Config is what the front door is wired to.
type Config struct {
	Store    *store.Server
	Live     Gateway
	Blobs    func(t *store.Tenant) (blob.Store, error)
	Importer func(t *store.Tenant) (*importer.Importer, error)
	// Background runs what outlives its request, until the company is closed.
	Background func(t *store.Tenant, f func(context.Context))
	Version    string

	// PublicURL is where people reach the server; if nil, links are made from
	// the request's own address.
	PublicURL *url.URL
	// Setup tells whether a secret is the one that may make the first company.
	Setup func(secret string) bool
	// TrustedProxies may say in X-Forwarded-For whom they speak for.
	TrustedProxies []netip.Prefix
	Limits         Limits
	// Patience is how long a file that is sent or fetched may make no way; a
	// minute if 0.
	Patience time.Duration
}

// Gateway is the socket's room, as far as calls need it.
type Gateway interface {
	// Serve turns a request into a socket, and returns.
	Serve(w http.ResponseWriter, r *http.Request, t *store.Tenant, actor org.Actor)
	// Online tells whether a person is connected.
	Online(t *store.Tenant, person int64) bool
	// Marked tells those who are connected that marks have moved.
	Marked(t *store.Tenant, moved []chat.Mark)
}

// Server is the HTTP front door.
type Server struct {
	Config
	setup    sync.Mutex // one first company only
	api      huma.API
	mux      *http.ServeMux
	limiters *limiters
}

// New makes the front door. Everything it serves is under /api/v1/.
func New(c Config) *Server {
	if c.Patience == 0 {
		c.Patience = time.Minute
	}
	s := &Server{Config: c, mux: http.NewServeMux(), limiters: newLimiters(c.Limits)}
	s.api = humago.New(s.mux, describe(c.Version))
	s.api.UseMiddleware(s.identify)
	for _, register := range []func(){
		s.hello, s.joins, s.signIn, s.passkeys, s.me, s.people, s.invites, s.devices,
		s.conversations, s.members, s.messages, s.sync, s.search, s.files, s.register, s.imports, s.live,
	} {
		register()
	}
	sayNull(s.api.OpenAPI().Components.Schemas)
	s.mux.HandleFunc("GET "+prefix+"/openapi.json", s.openAPI)
	s.mux.HandleFunc(prefix+"/", func(w http.ResponseWriter, r *http.Request) { writeProblem(w, errNoSuchCall) })
	return s
}

const prefix = "/api/v1"

// Handler serves the API; mount it at /api/v1/.
func (s *Server) Handler() http.Handler {
	var h http.Handler = s.mux
	h = s.checkBody(h)
	h = s.limitAddress(h)
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { writeProblem(w, errCrossOrigin) }))
	h = crossOrigin.Handler(h)
	return harden(h)
}

// OpenAPI is the API's description, as JSON.
func (s *Server) OpenAPI() ([]byte, error) { return s.api.OpenAPI().MarshalJSON() }

func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) {
	doc, err := s.OpenAPI()
	if err != nil {
		writeProblem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(doc)
}

func describe(version string) huma.Config {
	c := huma.DefaultConfig("Verbale", version)
	c.Info.Description = "The open messenger of a company. See docs/protocol.md for the socket and for how the two fit together."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Servers = []*huma.Server{{URL: "/"}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":  {Type: "http", Scheme: "bearer", Description: "An API token, verbale_<company>_<secret>."},
		"cookie": {Type: "apiKey", In: "cookie", Name: "verbale", Description: "The session of a browser; __Host-verbale over TLS."},
	}
	c.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	c.DefaultFormat = "application/json"
	return c
}

// schemaName names a type in the document; those of the importer's packages
// say so, since a name in an export is no person here.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	of := t
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	switch path.Base(of.PkgPath()) {
	case "whatsapp":
		return "Export" + name
	case "importer":
		return "Import" + name
	}
	return name
}

// sayNull says in the document of each field that is a pointer to another
// shape that it may be null, which huma says of plain values only.
func sayNull(r huma.Registry) {
	for name, schema := range r.Map() {
		of := r.TypeFromRef("#/components/schemas/" + name)
		if of == nil || of.Kind() != reflect.Struct {
			continue
		}
		for i := range of.NumField() {
			f := of.Field(i)
			field, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			property := schema.Properties[field]
			if f.Type.Kind() == reflect.Pointer && options == "" && property != nil && property.Ref != "" {
				schema.Properties[field] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: property.Ref}, {Type: "null"}}, Description: property.Description}
			}
		}
	}
}

// signedIn marks an operation that needs a session.
var signedIn = []map[string][]string{{"token": {}}, {"cookie": {}}}

// op describes an operation for a signed-in person.
func op(method, path, id, summary, tag string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: prefix + path, Summary: summary, Tags: []string{tag},
		Security: signedIn, DefaultStatus: http.StatusOK, MaxBodyBytes: maxJSON,
		// The body has been read by checkBody. A deadline set now would end in
		// the middle of a call that waits for the database, and with it the
		// context of the connection and of all calls that come by it later.
		BodyReadTimeout: -1,
		Errors:          []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}
}

// public describes an operation that needs no session.
func public(method, path, id, summary, tag string) huma.Operation {
	o := op(method, path, id, summary, tag)
	o.Security = []map[string][]string{}
	o.Errors = []int{http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity, http.StatusTooManyRequests}
	return o
}

// noContent makes an operation answer 204.
func noContent(o huma.Operation) huma.Operation {
	o.DefaultStatus = http.StatusNoContent
	return o
}

type none struct{}

type reply[T any] struct{ Body T }

// handle registers an operation whose room's errors become problems.
func handle[In, Out any](s *Server, o huma.Operation, f func(context.Context, *In) (*Out, error)) {
	huma.Register(s.api, o, func(ctx context.Context, in *In) (*Out, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, statusError(err)
		}
		return out, nil
	})
}
