package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"

	"verbale/internal/problem"
)

// secured wraps the listener as the TLS mode says.
func secured(ctx context.Context, s settings, plain net.Listener) (net.Listener, error) {
	switch s.TLS.Mode {
	case "files":
		pair := &certificateFiles{cert: s.TLS.Cert, key: s.TLS.Key}
		if _, err := pair.current(nil); err != nil {
			return nil, problem.Newf(problem.Invalid, "tls.files", "The certificate cannot be used: %v. Check tls.cert and tls.key; `verbale doctor` says more.", err)
		}
		return tls.NewListener(plain, &tls.Config{
			MinVersion: tls.VersionTLS12, GetCertificate: pair.current, NextProtos: []string{"h2", "http/1.1"},
		}), nil
	case "acme":
		acme := certmagic.NewDefault()
		acme.Storage = &certmagic.FileStorage{Path: filepath.Join(s.Data, "certificates")}
		// It is asked where it is served (TLS-ALPN-01, RFC 8737), so no other
		// port is opened.
		issuer := certmagic.NewACMEIssuer(acme, certmagic.ACMEIssuer{
			CA: cmp.Or(s.TLS.CA, certmagic.LetsEncryptProductionCA), Email: s.TLS.Email, Agreed: true,
			DisableHTTPChallenge: true, AltTLSALPNPort: plain.Addr().(*net.TCPAddr).Port,
		})
		acme.Issuers = []certmagic.Issuer{issuer}
		// In the background: a server without a certificate yet must still
		// answer the challenge by which it gets one.
		if err := acme.ManageAsync(ctx, s.TLS.Hosts); err != nil {
			return nil, fmt.Errorf("no certificate for %v: %w", s.TLS.Hosts, err)
		}
		config := acme.TLSConfig()
		config.NextProtos = append([]string{"h2", "http/1.1"}, config.NextProtos...)
		return tls.NewListener(plain, config), nil
	}
	return plain, nil
}

// certificateFiles is a certificate on disk, read again when it is renewed.
type certificateFiles struct {
	cert, key string

	mu      sync.Mutex
	loaded  *tls.Certificate // guarded by mu
	written time.Time        // of the loaded one; guarded by mu
	looked  time.Time        // guarded by mu
}

func (c *certificateFiles) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loaded != nil && time.Since(c.looked) < 10*time.Second {
		return c.loaded, nil
	}
	c.looked = time.Now()
	info, err := os.Stat(c.cert)
	if err == nil && c.loaded != nil && info.ModTime().Equal(c.written) {
		return c.loaded, nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		if c.loaded != nil {
			return c.loaded, nil // half written: go on with the old one
		}
		return nil, err
	}
	c.loaded = &pair
	if info != nil {
		c.written = info.ModTime()
	}
	return c.loaded, nil
}
