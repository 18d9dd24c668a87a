package login

import (
	"encoding/base64"
	"encoding/json"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"verbale/internal/problem"
	"verbale/internal/seal"
	"verbale/internal/store"
)

// Site is where the browser believes to be; a passkey belongs to its host.
type Site struct {
	Origin string // "https://chat.acme.it", without a path
	Title  string // shown by the authenticator: the company's
}

// ceremonyLife is how long somebody may take to find his key.
const ceremonyLife = 5 * time.Minute

// ceremony is what must come back unchanged between the two halves. It is
// handed to the client sealed, so that nobody fills our memory by beginning
// and never finishing; what was finished is remembered until it expires, so
// that none counts twice.
type ceremony struct {
	Kind    string
	Person  int64
	Origin  string
	Expires int64
	Session webauthn.SessionData
}

// Kinds of ceremony; one is never taken for the other.
const (
	registering = "register"
	signingIn   = "sign in"
)

const ceremonyPurpose = "passkey ceremony"

// Problems of ceremonies.
var (
	ErrCeremony  = problem.New(problem.Gone, "passkey.ceremony", "This attempt has expired or was used. Begin again.")
	ErrNoPasskey = problem.New(problem.Unauthorized, "passkey.refused", "This passkey is not known here, or it did not answer as it must. Use another way to sign in.")
	ErrBadSite   = problem.New(problem.Unavailable, "passkey.no_host", "Passkeys need a host name and an encrypted connection. Open Verbale by its name, beginning with https.")
)

// relyingParty is the library, set up for a site.
func relyingParty(site Site) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(site.Origin)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || net.ParseIP(u.Hostname()) != nil {
		return nil, ErrBadSite
	}
	local := u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost")
	if u.Scheme != "https" && !(u.Scheme == "http" && local) { // as browsers have it
		return nil, ErrBadSite
	}
	title := site.Title
	if title == "" {
		title = "Verbale"
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: title, RPOrigins: []string{site.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey:        protocol.ResidentKeyRequirementRequired, // found without a login name
			RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification:   protocol.VerificationRequired, // the passkey stands alone: finger, face or PIN
		},
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore, // password managers volunteer some; none is used
	})
	if err != nil {
		return nil, ErrBadSite
	}
	return w, nil
}

func (c ceremony) seal(keys *seal.Keyset) (string, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	sealed, err := keys.SealFor(ceremonyPurpose, plain)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func openCeremony(keys *seal.Keyset, text, kind string, site Site, now int64) (c ceremony, err error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return c, ErrCeremony
	}
	plain, err := keys.OpenFor(ceremonyPurpose, sealed)
	if err != nil || json.Unmarshal(plain, &c) != nil {
		return c, ErrCeremony
	}
	if c.Kind != kind || c.Origin != site.Origin || now >= c.Expires {
		return c, ErrCeremony
	}
	return c, nil
}

// finish lets a ceremony count once.
func (c ceremony) finish(tx *store.Tx) error {
	if tx.Now() >= c.Expires {
		return ErrCeremony
	}
	if err := tx.DoNote(`DELETE FROM ceremony_done WHERE expires <= ?`, tx.Now()); err != nil {
		return err
	}
	n, err := tx.Note(`INSERT INTO ceremony_done (ceremony, expires) VALUES (?, ?) ON CONFLICT (ceremony) DO NOTHING`, hash(c.Session.Challenge), c.Expires)
	if err == nil && n == 0 {
		err = ErrCeremony
	}
	return err
}
