package e2e

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"verbale/internal/blob/s3test"
)

// authority is a server that gives certificates by ACME (RFC 8555), Pebble, and
// the DNS that it asks, for which every name is this machine.
type authority struct {
	directory string
	trust     string         // the file with what its own address shows
	roots     *x509.CertPool // of what it gives
	programs  []*exec.Cmd
}

// authorize starts one that looks for a name's server at an address.
func authorize(t testing.TB, address string) *authority {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	dir, listen, manage, names := t.TempDir(), freePort(t), freePort(t), freePort(t)
	about := certificate(t, dir, "localhost")
	a := &authority{directory: "https://" + onLocalhost(listen) + "/dir", trust: filepath.Join(dir, "cert.pem")}
	set, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": manage, "tlsPort": json.Number(port), "httpPort": 1,
		"certificate": a.trust, "privateKey": filepath.Join(dir, "key.pem"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "pebble.json"), string(set))
	a.run(t, "pebble-challtestsrv", "-dnsserver", names, "-management", "", "-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "",
		"-defaultIPv4", "127.0.0.1", "-defaultIPv6", "")
	a.run(t, "pebble", "-config", filepath.Join(dir, "pebble.json"), "-dnsserver", names)

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: about}, DisableKeepAlives: true}}
	eventually(t, func() string {
		got, err := client.Get("https://" + onLocalhost(manage) + "/roots/0")
		if err != nil {
			return " the authority"
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		a.roots = x509.NewCertPool()
		if err != nil || !a.roots.AppendCertsFromPEM(text) {
			return " its root"
		}
		return ""
	})
	return a
}

func (a *authority) run(t testing.TB, name string, args ...string) {
	t.Helper()
	said := &record{}
	cmd := exec.Command(tool(t, name), args...)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	a.programs = append(a.programs, cmd)
	t.Cleanup(func() {
		a.end()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, said)
		}
	})
}

func (a *authority) end() {
	for _, cmd := range a.programs {
		cmd.Process.Kill()
		cmd.Wait()
	}
	a.programs = nil
}

func onLocalhost(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

func TestACertificateIsFetchedFromAnAuthorityAndKeptThroughARestart(t *testing.T) {
	t.Parallel()
	address := freePort(t)
	a := authorize(t, address)
	_, port, _ := net.SplitHostPort(address)
	dir := t.TempDir()
	serve := func() *server {
		s := launchWith(t, nil, []string{"SSL_CERT_FILE=" + a.trust}, dir,
			"--listen", address, "--tls-mode", "acme", "--tls-ca", a.directory, "--public-url", "https://"+publicHost+":"+port)
		s.address(t)
		return s
	}
	shown := func(s *server) (serial string) {
		eventually(t, func() string {
			conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: a.roots, ServerName: publicHost})
			if err != nil {
				return " a certificate: " + err.Error()
			}
			defer conn.Close()
			serial = conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
			fmt.Fprintf(conn, "GET /healthz HTTP/1.0\r\nHost: %s\r\n\r\n", publicHost)
			if said, err := io.ReadAll(conn); err != nil || !bytes.HasPrefix(said, []byte("HTTP/1.0 200")) {
				t.Fatalf("over TLS it answers %q, %v", said, err)
			}
			return ""
		})
		return serial
	}
	s := serve()
	first := shown(s)
	s.end(t)
	a.end() // who has a certificate needs no authority
	s = serve()
	if again := shown(s); again != first {
		t.Errorf("after a restart there is another certificate: %s, not %s", again, first)
	}
}

// secureS3 is an S3 that is reached by TLS alone, and the file with what it shows.
func secureS3(t testing.TB) (endpoint, trust string) {
	t.Helper()
	s3, err := url.Parse(s3test.Start(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate(t, dir, "localhost")
	address := freePort(t)
	// That it is not trusted is what one test is about.
	door := &http.Server{Addr: address, ErrorLog: log.New(io.Discard, "", 0), Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(s3)
		r.Out.Host = r.In.Host // it is signed
	}}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		door.ListenAndServeTLS(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	}()
	t.Cleanup(func() { door.Close(); <-ended })
	return "https://" + onLocalhost(address), filepath.Join(dir, "cert.pem")
}

func TestFilesLieInAnS3ByTLSAndNotInOneThatCannotProveWhoItIs(t *testing.T) {
	t.Parallel()
	endpoint, trust := secureS3(t)
	dir := t.TempDir()
	args := []string{"--blobs", "s3://" + s3test.Bucket, "--s3-endpoint", endpoint, "--s3-region", s3test.Region, "--s3-key", s3test.Key, "--s3-secret", s3test.Secret, "--patience", "0s"}

	s := launchWith(t, nil, nil, dir, args...)
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		t.Fatalf("it neither came up nor ended:\n%s", s.log)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(s.log.String(), "does not trust") {
		t.Errorf("it ended with status %d and said nothing of the certificate:\n%s", code, s.log)
	}

	s = launchWith(t, nil, []string{"SSL_CERT_FILE=" + trust}, dir, args...)
	address := s.address(t)
	c := found(t, dir, "acme", "Acme", "", func() string { return address })
	content := bytes.Repeat([]byte("verbale "), 1<<17)
	kept, err := c.owner.send(t.Context(), "POST", prefix+"/files?name=plan.pdf", "application/pdf", bytes.NewReader(content))
	if err != nil || kept.status != http.StatusOK {
		t.Fatalf("%v, %v", kept, err)
	}
	var file made
	json.Unmarshal(kept.body, &file)
	if got := c.owner.call(t, "GET", fmt.Sprintf("/files/%d", file.ID), nil); got.status != 200 || !bytes.Equal(got.body, content) {
		t.Errorf("the file comes back otherwise: %d, %d bytes", got.status, len(got.body))
	}
}
