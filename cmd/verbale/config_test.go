package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

var update = flag.Bool("update", false, "write verbale.toml.example anew")

const examplePath = "../../verbale.toml.example"

func TestTheExampleConfigurationListsEveryOptionAsItIs(t *testing.T) {
	t.Parallel()
	if *update {
		if err := os.WriteFile(examplePath, []byte(exampleConfig()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != exampleConfig() {
		t.Error("verbale.toml.example is not what the options are: go test ./cmd/verbale -run Example -update")
	}
}

// Uncommenting every line must change nothing: each default in the example is
// the program's.
func TestTheExampleConfigurationUncommentedIsAcceptedAndIsTheDefault(t *testing.T) {
	t.Parallel()
	var lines []string
	for line := range strings.Lines(exampleConfig()) {
		if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# ") {
			line = line[1:]
		}
		lines = append(lines, line)
	}
	file := filepath.Join(t.TempDir(), "verbale.toml")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := readConfig(file, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != len(options()) {
		t.Errorf("the example sets %d options of %d", len(found), len(options()))
	}
	for _, o := range options() {
		var want any = o.fallback
		if o.list {
			var decoded map[string]any
			if _, err := toml.Decode("v = "+list(o.fallback), &decoded); err != nil {
				t.Fatal(err)
			}
			want = decoded["v"]
		}
		if text, ok := want.(string); ok && fmt.Sprint(found[o.flag]) != text {
			t.Errorf("%s is %v in the example, %q in the program", o.flag, found[o.flag], text)
		}
	}
}

func TestEveryOptionHasAnEnvironmentVariableAndAnExplanation(t *testing.T) {
	t.Parallel()
	for _, o := range options() {
		want := "VERBALE_" + strings.ToUpper(strings.ReplaceAll(o.flag, "-", "_"))
		if o.env != want {
			t.Errorf("--%s has the variable %q, not %q", o.flag, o.env, want)
		}
		if !strings.HasSuffix(o.help, ".") {
			t.Errorf("--%s is not explained in a sentence", o.flag)
		}
	}
}

func TestOptionsThatDoNotFitTogetherAreRefused(t *testing.T) {
	t.Parallel()
	bad := map[string]config{
		"no port":              {Listen: "localhost"},
		"not a URL":            {Listen: ":1", PublicURL: "chat.acme.example"},
		"URL with a path":      {Listen: ":1", PublicURL: "https://acme.example/chat"},
		"authority by HTTP":    {Listen: ":1", TLS: tlsConfig{CA: "http://ca.acme.example/acme/directory"}},
		"other scheme":         {Listen: ":1", PublicURL: "ftp://acme.example"},
		"no network":           {Listen: ":1", TrustedProxies: []string{"proxy"}},
		"files without a file": {Listen: ":1", TLS: tlsConfig{Mode: "files", Cert: "c.pem"}},
		"no rate":              {Listen: ":1"},
		"acme without a name":  {Listen: ":1", TLS: tlsConfig{Mode: "acme"}},
	}
	for name, c := range bad {
		if name != "no rate" {
			c.Limits = limitsConfig{500, 2}
		}
		if _, err := c.checked(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestThePublicURLIsGuessedFromTheListenAddress(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://localhost:8080", ":8080": "http://localhost:8080",
		"0.0.0.0:80": "http://localhost", "192.0.2.1:9000": "http://192.0.2.1:9000",
		"[::1]:81": "http://localhost:81", "[2001:db8::1]:81": "http://[2001:db8::1]:81",
	} {
		s, err := config{Listen: listen, Limits: limitsConfig{1, 1}, TLS: tlsConfig{Mode: "none"}}.checked()
		if err != nil || s.publicURL.String() != want {
			t.Errorf("%s gives %v (%v), want %s", listen, s.publicURL, err, want)
		}
	}
}
