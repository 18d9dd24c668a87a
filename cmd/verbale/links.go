package main

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"verbale/internal/login"
)

// linked is embedded by commands that print links.
type linked struct {
	PublicURL string `env:"VERBALE_PUBLIC_URL" placeholder:"URL" help:"What the link begins with, if not what the server was last started with."`
}

// addressFile remembers where the server was last reached, so that a command
// without a server can print links that work.
const addressFile = "address"

func rememberAddress(data string, at *url.URL) error {
	return os.WriteFile(filepath.Join(data, addressFile), []byte(at.String()+"\n"), 0o600)
}

// reached gives the address that links begin with: as asked for, as the server
// runs, as it last ran, or as it would run by default.
func (h *house) reached(asked string) (*url.URL, error) {
	if asked == "" && h.public != nil {
		return h.public, nil
	}
	if asked == "" {
		if text, err := os.ReadFile(filepath.Join(h.server.Dir(), addressFile)); err == nil {
			asked = strings.TrimSpace(string(text))
		} else {
			asked = "http://localhost:8080"
		}
	}
	at, err := url.Parse(asked)
	if err != nil || at.Host == "" {
		return nil, usage("The public URL %q must look like https://chat.acme.example.", asked)
	}
	return at, nil
}

// link makes a link that signs in. The secret is in the fragment, which a
// browser sends to nobody.
func (h *house) link(base, company, secret string) (string, error) {
	at, err := h.reached(base)
	if err != nil {
		return "", err
	}
	to := *at
	for _, host := range h.server.Hosts() {
		if h.server.ByHost(host) == company {
			if to.Port() != "" {
				host = net.JoinHostPort(host, to.Port())
			}
			to.Host = host
			break
		}
	}
	to.Path, to.Fragment = "/join", login.LinkSecret(company, secret)
	return to.String(), nil
}
