package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// publicHost is the name in deploy/'s configurations.
const publicHost = "chat.acme.example"

// tool finds a program of others: scripts/need.sh puts it into .tools.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := filepath.Abs("../.tools/" + name)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		if path, err = exec.LookPath(name); err != nil {
			t.Fatalf("%s is missing: scripts/need.sh %s", name, name)
		}
	}
	return path
}

// balancer is a proxy before nodes, set up as deploy/ says.
type balancer struct {
	address string // where it listens, with TLS
	trust   *x509.CertPool
	log     *record
}

// balancers are how each of those that we test is started. The configuration
// is the one that we give away; only names of places are put in, and each has
// to be found in it.
var balancers = map[string]func(t testing.TB, b *balancer, dir string, nodes [2]string) *exec.Cmd{
	"nginx": func(t testing.TB, b *balancer, dir string, nodes [2]string) *exec.Cmd {
		fill(t, "nginx/verbale.conf", filepath.Join(dir, "verbale.conf"),
			"listen 443", "listen "+b.address, "10.0.0.11:8080", nodes[0], "10.0.0.12:8080", nodes[1],
			"/etc/ssl/verbale/cert.pem", dir+"/cert.pem", "/etc/ssl/verbale/key.pem", dir+"/key.pem")
		user := ""
		if os.Geteuid() == 0 {
			user = "user root;" // else its workers may not enter the test's directory
		}
		write(t, filepath.Join(dir, "nginx.conf"), fmt.Sprintf(`daemon off; %s worker_processes 2; pid %[2]s/pid; error_log stderr warn;
			events { worker_connections 4096; }
			http { access_log off; client_body_temp_path %[2]s/1; proxy_temp_path %[2]s/2; fastcgi_temp_path %[2]s/3; uwsgi_temp_path %[2]s/4; scgi_temp_path %[2]s/5;
			include %[2]s/verbale.conf; }`, user, dir))
		return exec.Command(tool(t, "nginx"), "-p", dir, "-e", "stderr", "-c", filepath.Join(dir, "nginx.conf"))
	},
	"haproxy": func(t testing.TB, b *balancer, dir string, nodes [2]string) *exec.Cmd {
		fill(t, "haproxy/haproxy.cfg", filepath.Join(dir, "haproxy.cfg"),
			"bind :443", "bind "+b.address, "10.0.0.11:8080", nodes[0], "10.0.0.12:8080", nodes[1],
			"/etc/ssl/verbale/both.pem", dir+"/both.pem", "maxconn 200000", "maxconn 2000")
		return exec.Command(tool(t, "haproxy"), "-db", "-f", filepath.Join(dir, "haproxy.cfg"))
	},
	"caddy": func(t testing.TB, b *balancer, dir string, nodes [2]string) *exec.Cmd {
		_, port, _ := net.SplitHostPort(b.address)
		fill(t, "caddy/Caddyfile", filepath.Join(dir, "Caddyfile"),
			"\n"+publicHost+" {\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system "+dir+"\n}\nhttps://"+publicHost+":"+port+" {\n\tbind 127.0.0.1\n\ttls "+dir+"/cert.pem "+dir+"/key.pem\n",
			"10.0.0.11:8080", nodes[0], "10.0.0.12:8080", nodes[1])
		return exec.Command(tool(t, "caddy"), "run", "--adapter", "caddyfile", "--config", filepath.Join(dir, "Caddyfile"))
	},
}

// fill copies a configuration of deploy/ with other words for some places.
func fill(t testing.TB, from, to string, words ...string) {
	t.Helper()
	text, err := os.ReadFile("../deploy/" + from)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(words); i += 2 {
		if !strings.Contains(string(text), words[i]) {
			t.Fatalf("deploy/%s has no %q", from, words[i])
		}
	}
	write(t, to, strings.NewReplacer(words...).Replace(string(text)))
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// balance starts one before two nodes and waits until it answers.
func balance(t testing.TB, name string, nodes [2]string) *balancer {
	t.Helper()
	dir := t.TempDir()
	b := &balancer{address: freePort(t), log: &record{}}
	b.trust = certificate(t, dir, publicHost)
	cmd := balancers[name](t, b, dir, nodes)
	cmd.Stdout, cmd.Stderr, cmd.Dir = b.log, b.log, dir
	cmd.Env = append(os.Environ(), "HOME="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt) // its workers end with it
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			cmd.Process.Kill()
			<-ended
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", name, b.log)
		}
	})
	nobody := b.client("")
	eventually(t, func() string {
		select {
		case <-ended:
			t.Fatalf("%s ended at once:\n%s", name, b.log)
		default:
		}
		if a, err := nobody.try(t.Context(), "GET", "/hello", nil); err != nil || a.status != 200 {
			return " " + name
		}
		return ""
	})
	return b
}

// freePort is an address of this machine on which nobody listens.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// certificate makes one for a name, in three files as proxies want it.
func certificate(t testing.TB, dir, name string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	keyText := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	write(t, filepath.Join(dir, "cert.pem"), cert)
	write(t, filepath.Join(dir, "key.pem"), keyText)
	write(t, filepath.Join(dir, "both.pem"), cert+keyText)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(cert))
	return pool
}

func (b *balancer) tls() *tls.Config { return &tls.Config{RootCAs: b.trust, ServerName: publicHost} }
