package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certify writes a certificate for a name, and its key, and gives their paths.
func certify(t *testing.T, dir, name string, serial int64, until time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// shown gives the serial number that a server shows.
func shown(t *testing.T, address string) int64 {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

func TestARenewedCertificateIsShownWithoutARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := certify(t, dir, "chat.acme.example", 1, time.Now().Add(time.Hour))
	pair := &certificateFiles{cert: cert, key: key}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secure := tls.NewListener(listener, &tls.Config{GetCertificate: pair.current})
	defer secure.Close()
	go func() {
		for {
			conn, err := secure.Accept()
			if err != nil {
				return
			}
			go func() { conn.(*tls.Conn).Handshake(); conn.Close() }()
		}
	}()
	if got := shown(t, listener.Addr().String()); got != 1 {
		t.Fatalf("certificate %d is shown", got)
	}
	certify(t, dir, "chat.acme.example", 2, time.Now().Add(time.Hour))
	if err := os.Chtimes(cert, time.Time{}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	pair.mu.Lock()
	pair.looked = time.Time{} // as if ten seconds had passed
	pair.mu.Unlock()
	if got := shown(t, listener.Addr().String()); got != 2 {
		t.Errorf("certificate %d is still shown", got)
	}
	// Half a renewal: the old one goes on.
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	pair.mu.Lock()
	pair.looked = time.Time{}
	pair.mu.Unlock()
	if got := shown(t, listener.Addr().String()); got != 2 {
		t.Errorf("certificate %d is shown in the middle of a renewal", got)
	}
}

func TestTheDoctorReadsACertificate(t *testing.T) {
	t.Parallel()
	const host = "chat.acme.example"
	cases := map[string]struct {
		name  string
		until time.Duration
		level string
		says  string
	}{
		"good":         {host, 90 * 24 * time.Hour, fine, "is valid until"},
		"soon over":    {host, 5 * 24 * time.Hour, warning, "expires in"},
		"over":         {host, -time.Minute, fault, "expired on"},
		"another name": {"other.example", 90 * 24 * time.Hour, fault, "The certificate is for other.example"},
	}
	for name, c := range cases {
		cert, key := certify(t, t.TempDir(), c.name, 1, time.Now().Add(c.until))
		found := lookAtTLS(tlsConfig{Mode: "files", Cert: cert, Key: key}, host)
		if len(found) != 1 || found[0].Level != c.level || !strings.Contains(found[0].Text, c.says) {
			t.Errorf("%s: %+v", name, found)
		}
	}
	cert, _ := certify(t, t.TempDir(), host, 1, time.Now().Add(time.Hour))
	_, key := certify(t, t.TempDir(), host, 1, time.Now().Add(time.Hour))
	if found := lookAtTLS(tlsConfig{Mode: "files", Cert: cert, Key: key}, host); len(found) != 1 || found[0].Level != fault {
		t.Errorf("a key that belongs to another certificate: %+v", found)
	}
}
