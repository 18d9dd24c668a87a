package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// place says which data directory a command is about; every command that
// needs one embeds it.
type place struct {
	Data          string   `default:"./data" env:"VERBALE_DATA" placeholder:"FOLDER" help:"The data directory: everything Verbale keeps is in it. Relative to where the program is started."`
	Database      string   `env:"VERBALE_DATABASE" placeholder:"URL" help:"Keep companies in PostgreSQL 15 or later instead of the data directory, so that many nodes can serve them: postgres://user:password@host:5432/name, as a role that owns nothing. Several hosts with commas between: the one that takes writes is used."`
	DatabaseOwner string   `env:"VERBALE_DATABASE_OWNER" placeholder:"URL" help:"The same database as the role that owns the tables. With it the server makes and migrates them at its start; without it, verbale database prepare does."`
	Blobs         string   `env:"VERBALE_BLOBS" placeholder:"PLACE" help:"Where the files that people send are kept: s3://bucket or s3://bucket/prefix. Empty: in the data directory. To move them, use verbale move --to-blobs, or restore a backup into a data directory with the other choice."`
	S3            s3Config `embed:"" prefix:"s3-"`
}

type s3Config struct {
	Endpoint  string `env:"VERBALE_S3_ENDPOINT" placeholder:"URL" help:"The address of S3, e.g. https://s3.eu-south-1.amazonaws.com."`
	Region    string `default:"us-east-1" env:"VERBALE_S3_REGION" placeholder:"NAME" help:"The bucket's region."`
	Key       string `env:"VERBALE_S3_KEY" placeholder:"KEY" help:"The access key. It needs the right to read, write, list and delete in the bucket."`
	Secret    string `env:"VERBALE_S3_SECRET" placeholder:"SECRET" help:"The secret that belongs to the key. Give it in this file or in the environment: everybody on this machine can read a command line."`
	PathStyle bool   `default:"true" negatable:"" env:"VERBALE_S3_PATH_STYLE" help:"Write the bucket into the path (https://host/bucket), which every S3 understands, and not into the host's name."`
}

// config is every option of the server. A field is at once a flag
// (--tls-mode), an environment variable (VERBALE_TLS_MODE) and a line of
// verbale.toml (mode, in the table tls); a flag wins over the environment, the
// environment over the file. verbale.toml.example is generated from it.
type config struct {
	Listen string `default:"127.0.0.1:8080" env:"VERBALE_LISTEN" placeholder:"ADDRESS" help:"The address and port to listen on. \":443\" is every address of this machine."`
	place
	PublicURL      string   `env:"VERBALE_PUBLIC_URL" placeholder:"URL" help:"What people type to get here, e.g. https://chat.acme.example. Links and passkeys are made for it. Empty: http:// and the listen address."`
	TrustedProxies []string `env:"VERBALE_TRUSTED_PROXIES" placeholder:"NET" help:"Networks of reverse proxies whose X-Forwarded-For is believed, e.g. 127.0.0.1/32. Empty: nobody's."`

	Node     string        `env:"VERBALE_NODE" placeholder:"NAME" help:"This server's name among those that work together, in metrics and traces. Empty: the machine's."`
	Drain    string        `env:"VERBALE_DRAIN" placeholder:"TIME" help:"How long a server that is told to end goes on while /readyz says so, for load balancers to notice; in the second half of it sockets are closed one by one. Empty: 5s behind trusted proxies, 0s otherwise."`
	Patience time.Duration `default:"1m" env:"VERBALE_PATIENCE" placeholder:"TIME" help:"How long a server that starts waits for a database or an S3 that does not answer yet. 0s: not at all."`
	Trace    string        `env:"VERBALE_TRACE" placeholder:"URL" help:"Where traces go, by OTLP over HTTP: otlp+http://127.0.0.1:4318 or otlp+https://... Nothing that people wrote, and nobody's name, is in them. Empty: no traces."`

	MetricsFrom      []string `default:"127.0.0.1/32,::1/128" env:"VERBALE_METRICS_FROM" placeholder:"NET" help:"Networks that may read /metrics; a request through a proxy never may."`
	MetricsCompanies bool     `default:"false" negatable:"" env:"VERBALE_METRICS_COMPANIES" help:"Tell each company apart in /metrics, by its short name, which otherwise names none."`

	busConfig

	TLS    tlsConfig    `embed:"" prefix:"tls-"`
	Limits limitsConfig `embed:"" prefix:"limits-"`
	Log    logConfig    `embed:"" prefix:"log-"`
}

type limitsConfig struct {
	Person  float64 `default:"500" env:"VERBALE_LIMITS_PERSON" placeholder:"RATE" help:"Requests a second that one person may make, with four seconds' worth at once."`
	Address float64 `default:"2" env:"VERBALE_LIMITS_ADDRESS" placeholder:"RATE" help:"Joins, sign-ins and other guesses a second from one address, with at least 60 at once."`
}

type tlsConfig struct {
	Mode  string   `default:"none" enum:"none,files,acme" env:"VERBALE_TLS_MODE" help:"none: plain HTTP, behind a reverse proxy or on this machine only; files: a certificate of your own; acme: one from an authority such as Let's Encrypt, by itself; its port 443 must be reached from there."`
	Cert  string   `env:"VERBALE_TLS_CERT" placeholder:"FILE" help:"The certificate chain, for mode files. Read again when it changes."`
	Key   string   `env:"VERBALE_TLS_KEY" placeholder:"FILE" help:"The private key, for mode files."`
	CA    string   `name:"ca" env:"VERBALE_TLS_CA" placeholder:"URL" help:"The ACME directory of the authority, for mode acme. Empty: Let's Encrypt's."`
	Email string   `env:"VERBALE_TLS_EMAIL" placeholder:"ADDRESS" help:"Where the authority writes when something is wrong, for mode acme."`
	Hosts []string `env:"VERBALE_TLS_HOSTS" placeholder:"NAME" help:"The host names to get certificates for, for mode acme. Empty: the public URL's."`
}

type logConfig struct {
	Level  string `default:"info" enum:"debug,info,warn,error" env:"VERBALE_LOG_LEVEL" help:"debug, info, warn or error. A message's text is in none of them."`
	Format string `default:"auto" enum:"auto,text,json" env:"VERBALE_LOG_FORMAT" help:"text, json, or auto: text on a terminal and JSON elsewhere."`
}

// configPath finds the file before the command line is parsed, since parsing
// takes its values from there.
func configPath(args []string) (path string, must bool) {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--config="); ok {
			return value, true
		}
		if arg == "--config" && i+1 < len(args) {
			return args[i+1], true
		}
	}
	if path := os.Getenv("VERBALE_CONFIG"); path != "" {
		return path, true
	}
	return "verbale.toml", false
}

// fileOptions are the values of a configuration file by flag name.
type fileOptions map[string]any

// readConfig reads and checks a file. An option that does not exist is an
// error, since a misspelt one would silently do nothing.
func readConfig(path string, must bool) (fileOptions, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !must:
		return nil, nil
	case err != nil:
		return nil, usage("The configuration file %s cannot be read: %v.", path, pathReason(err))
	}
	var tables map[string]any
	if err := toml.Unmarshal(text, &tables); err != nil {
		if parse, ok := errors.AsType[toml.ParseError](err); ok {
			return nil, usage("%s, line %d: %s.", path, parse.Position.Line, strings.TrimSuffix(parse.Message, "."))
		}
		return nil, usage("%s is not a configuration file: %v.", path, err)
	}
	found := fileOptions{}
	flatten(tables, "", found)
	known := map[string]option{}
	for _, o := range options() {
		known[o.flag] = o
	}
	for flag, value := range found {
		o, ok := known[flag]
		if !ok {
			return nil, usage("%s: there is no option %q. verbale.toml.example lists them all.", path, strings.ReplaceAll(flag, "-", "_"))
		}
		if err := o.check(value); err != nil {
			return nil, usage("%s: %v.", path, err)
		}
	}
	return found, nil
}

// flatten turns {tls: {mode: x}} into {"tls-mode": x}.
func flatten(tables map[string]any, prefix string, into fileOptions) {
	for key, value := range tables {
		flag := prefix + strings.ReplaceAll(key, "_", "-")
		if table, ok := value.(map[string]any); ok {
			flatten(table, flag+"-", into)
			continue
		}
		into[flag] = value
	}
}

// Validate is part of kong's Resolver; readConfig has checked already.
func (f fileOptions) Validate(*kong.Application) error { return nil }

// Resolve gives a flag that was not typed its value from the file, unless the
// environment has one.
func (f fileOptions) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	switch value := f[flag.Name].(type) {
	case []any:
		parts := make([]string, len(value))
		for i, part := range value {
			parts[i] = fmt.Sprint(part)
		}
		return strings.Join(parts, ","), nil
	case nil:
		return nil, nil
	default:
		return fmt.Sprint(value), nil
	}
}

// pathReason strips the operation and the path from a file error: the
// sentence around it names the path already.
func pathReason(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// settings are the options as the program uses them, checked together.
type settings struct {
	config
	publicURL *url.URL
	proxies   []netip.Prefix
	metrics   []netip.Prefix
	drain     time.Duration
	trace     *url.URL // nil: off
}

// checked looks at the options as a whole.
func (c config) checked() (s settings, err error) {
	s.config = c
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return s, usage("The listen address %q needs a port, as in 127.0.0.1:8080 or :8080.", c.Listen)
	}
	if s.proxies, err = networks("trusted_proxies", c.TrustedProxies); err != nil {
		return s, err
	}
	if s.metrics, err = networks("metrics_from", c.MetricsFrom); err != nil {
		return s, err
	}
	if s.drain, err = c.drainTime(); err != nil {
		return s, err
	}
	if c.Patience < 0 || c.Patience > time.Hour {
		return s, usage("patience: %s is not between 0s and 1h.", c.Patience)
	}
	if s.trace, err = collector(c.Trace); err != nil {
		return s, err
	}
	if s.Node == "" {
		if s.Node, err = os.Hostname(); err != nil {
			return s, usage("This machine has no name; give the server one with --node.")
		}
	}
	if c.Limits.Person <= 0 || c.Limits.Address <= 0 {
		return s, usage("The limits must be above zero.")
	}
	if err := c.busConfig.check(); err != nil {
		return s, err
	}
	if _, err := c.bucket(); err != nil {
		return s, err
	}
	if c.TLS.Mode == "files" && (c.TLS.Cert == "" || c.TLS.Key == "") {
		return s, usage("With TLS mode \"files\" both the certificate (--tls-cert) and its key (--tls-key) are needed.")
	}
	if directory, err := url.Parse(c.TLS.CA); c.TLS.CA != "" && (err != nil || directory.Scheme != "https" || directory.Host == "") {
		return s, usage("tls.ca: %q must look like https://ca.acme.example/acme/directory.", c.TLS.CA)
	}
	if c.PublicURL == "" {
		s.publicURL = guessURL(c.TLS, host, port)
	} else if s.publicURL, err = url.Parse(c.PublicURL); err != nil || s.publicURL.Host == "" ||
		(s.publicURL.Scheme != "http" && s.publicURL.Scheme != "https") || strings.Trim(s.publicURL.Path, "/") != "" {
		return s, usage("The public URL %q must look like https://chat.acme.example, with no path.", c.PublicURL)
	}
	s.publicURL.Path = ""
	if c.TLS.Mode == "acme" && len(c.TLS.Hosts) == 0 {
		if c.PublicURL == "" || s.publicURL.Scheme != "https" {
			return s, usage("With TLS mode \"acme\" a host name is needed: set the public URL (--public-url https://...) or --tls-hosts.")
		}
		s.TLS.Hosts = []string{s.publicURL.Hostname()}
	}
	return s, nil
}

// drainTime is how long the server's end takes at most before requests are no
// longer taken. Without a proxy there is nobody to be given time.
func (c config) drainTime() (time.Duration, error) {
	switch {
	case c.Drain != "":
		drain, err := time.ParseDuration(c.Drain)
		if err != nil || drain < 0 || drain > time.Hour {
			return 0, usage("drain: %q is no time; write 5s or 1m.", c.Drain)
		}
		return drain, nil
	case len(c.TrustedProxies) > 0:
		return 5 * time.Second, nil
	}
	return 0, nil
}

// collector is the address to which traces go.
func collector(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	protocol, address, _ := strings.Cut(text, "+")
	u, err := url.Parse(address)
	if protocol != "otlp" || err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usage("trace: %q is no place for traces; write otlp+http://127.0.0.1:4318 or otlp+https://...", text)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/v1/traces" // where OpenTelemetry has them, unless told otherwise
	}
	return u, nil
}

// guessURL is where a browser on this machine finds the server.
func guessURL(t tlsConfig, host, port string) *url.URL {
	scheme := "http"
	if t.Mode != "none" {
		scheme = "https"
	}
	if t.Mode == "acme" && len(t.Hosts) > 0 {
		host = t.Hosts[0]
	}
	// Browsers treat localhost, but no bare address, as a place where passkeys
	// and service workers are allowed without TLS.
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = "localhost"
	}
	if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return &url.URL{Scheme: scheme, Host: host}
	}
	return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port)}
}

func networks(name string, texts []string) (found []netip.Prefix, err error) {
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return nil, usage("%s: %q is no network; write 10.0.0.0/8 or one address.", name, text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		found = append(found, prefix.Masked())
	}
	return found, nil
}
