package login

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// Entry kinds of passkeys.
const (
	KindPasskeyAdded   = "passkey.added"
	KindPasskeyRemoved = "passkey.removed"
)

// maxPasskeys is how many one person may have.
const maxPasskeys = 20

// Problems of one's passkeys.
var (
	ErrNoSuchPasskey   = problem.New(problem.NotFound, "passkey.not_found", "You have no such passkey.")
	ErrManyPasskeys    = problem.Newf(problem.Conflict, "passkey.too_many", "You may have %d passkeys. Remove one first.", maxPasskeys)
	ErrPasskeyKnown    = problem.New(problem.Conflict, "passkey.known", "This passkey is here already.")
	ErrPasskeyUnusable = problem.New(problem.Invalid, "passkey.unusable", "This passkey did not answer as it must. Try again, or use another.")
)

// Passkey is one of a person's passkeys.
type Passkey struct {
	ID   int64
	Name string
	Made int64
}

// Passkeys gives a person's passkeys, newest first.
func Passkeys(tx *store.Tx, person int64) ([]Passkey, error) {
	rows, err := tx.Query(`SELECT id, name, made FROM passkey WHERE person = ? ORDER BY id DESC`, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Passkey{}
	for rows.Next() {
		var p Passkey
		if err := rows.Scan(&p.ID, &p.Name, &p.Made); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// BeginRegister begins to add a passkey to one's own: the options are for the
// browser's navigator.credentials.create, the ceremony is to come back.
func BeginRegister(ctx context.Context, t *store.Tenant, site Site, by org.Actor) (sealed string, options json.RawMessage, err error) {
	w, err := relyingParty(site)
	if err != nil {
		return "", nil, err
	}
	var u holder
	var now int64
	if err := t.Read(ctx, func(tx *store.Tx) (err error) {
		now = tx.Now()
		u, err = readHolder(tx, by.Person)
		return err
	}); err != nil {
		return "", nil, err
	}
	if len(u.credentials) >= maxPasskeys {
		return "", nil, ErrManyPasskeys
	}
	if u.handle == nil {
		u.handle = make([]byte, 32)
		rand.Read(u.handle)
	}
	exclude := make([]protocol.CredentialDescriptor, 0, len(u.credentials))
	for _, c := range u.credentials {
		exclude = append(exclude, c.Descriptor())
	}
	creation, session, err := w.BeginRegistration(u, webauthn.WithExclusions(exclude))
	if err != nil {
		return "", nil, err
	}
	return begun(t, ceremony{registering, by.Person, site.Origin, now + ceremonyLife.Microseconds(), *session}, creation.Response)
}

// BeginSignIn begins to sign in with a passkey, whoever it may be: the options
// are for navigator.credentials.get.
func BeginSignIn(ctx context.Context, t *store.Tenant, site Site) (sealed string, options json.RawMessage, err error) {
	w, err := relyingParty(site)
	if err != nil {
		return "", nil, err
	}
	assertion, session, err := w.BeginDiscoverableLogin()
	if err != nil {
		return "", nil, err
	}
	now, err := timeOf(ctx, t)
	if err != nil {
		return "", nil, err
	}
	return begun(t, ceremony{signingIn, 0, site.Origin, now + ceremonyLife.Microseconds(), *session}, assertion.Response)
}

func begun(t *store.Tenant, c ceremony, options any) (string, json.RawMessage, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return "", nil, err
	}
	sealed, err := c.seal(t.Keys())
	return sealed, text, err
}

func timeOf(ctx context.Context, t *store.Tenant) (now int64, err error) {
	err = t.Read(ctx, func(tx *store.Tx) error {
		now = tx.Now()
		return nil
	})
	return now, err
}

// FinishRegister adds the passkey that the browser made.
func FinishRegister(ctx context.Context, t *store.Tenant, site Site, by org.Actor, sealed, name string, credential []byte) (id int64, err error) {
	if name, err = org.CleanName(name); err != nil {
		return 0, err
	}
	w, err := relyingParty(site)
	if err != nil {
		return 0, err
	}
	now, err := timeOf(ctx, t)
	if err != nil {
		return 0, err
	}
	c, err := openCeremony(t.Keys(), sealed, registering, site, now)
	if err != nil {
		return 0, err
	}
	if c.Person != by.Person {
		return 0, ErrCeremony
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(credential)
	if err != nil {
		return 0, ErrPasskeyUnusable
	}
	made, err := w.CreateCredential(holder{handle: c.Session.UserID}, c.Session, parsed)
	if err != nil {
		return 0, ErrPasskeyUnusable
	}
	record, err := json.Marshal(made)
	if err != nil {
		return 0, err
	}
	err = t.Write(ctx, func(tx *store.Tx) error {
		if err := c.finish(tx); err != nil {
			return err
		}
		u, err := readHolder(tx, by.Person)
		if err != nil {
			return err
		}
		if len(u.credentials) >= maxPasskeys {
			return ErrManyPasskeys
		}
		if known, err := tx.Ints(`SELECT id FROM passkey WHERE credential = ?`, made.ID); err != nil {
			return err
		} else if len(known) > 0 {
			return ErrPasskeyKnown
		}
		body, _ := json.Marshal(map[string]string{"name": name})
		h, err := tx.Enter(journal.Draft{Kind: KindPasskeyAdded, Actor: by.Person, Device: by.Device, Subject: by.Person, Body: body})
		if err != nil {
			return err
		}
		id = h.Seq
		err = tx.Do(`INSERT INTO passkey (id, person, credential, handle, name, record, made) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			id, by.Person, made.ID, c.Session.UserID, name, string(record), h.Time)
		return err
	})
	return id, err
}

// FinishSignIn makes a device for whoever holds the passkey, and gives its
// secret.
func FinishSignIn(ctx context.Context, t *store.Tenant, site Site, sealed string, credential []byte, device string) (a org.Actor, secret string, err error) {
	w, err := relyingParty(site)
	if err != nil {
		return a, "", err
	}
	now, err := timeOf(ctx, t)
	if err != nil {
		return a, "", err
	}
	c, err := openCeremony(t.Keys(), sealed, signingIn, site, now)
	if err != nil {
		return a, "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(credential)
	if err != nil {
		return a, "", ErrNoPasskey
	}
	k, err := findPasskey(ctx, t, parsed.RawID)
	if err != nil {
		return a, "", err
	}
	whose := func(_, handle []byte) (webauthn.User, error) {
		if !bytes.Equal(handle, k.handle) {
			return nil, ErrNoPasskey
		}
		return holder{handle: k.handle, credentials: []webauthn.Credential{k.credential}}, nil
	}
	_, used, err := w.ValidatePasskeyLogin(whose, c.Session, parsed)
	if err != nil || used.Authenticator.CloneWarning { // a counter that went back: a copy of the key is about
		return a, "", ErrNoPasskey
	}
	record, err := json.Marshal(used)
	if err != nil {
		return a, "", err
	}
	err = t.Write(ctx, func(tx *store.Tx) error {
		if err := c.finish(tx); err != nil {
			return err
		}
		if !active(tx, k.person) {
			return ErrNoPasskey
		}
		// Removed meanwhile, or used meanwhile with a counter that we have not seen.
		if n, err := tx.Exec(`UPDATE passkey SET record = ? WHERE id = ? AND record = ?`, string(record), k.id, k.record); err != nil {
			return err
		} else if n == 0 {
			return ErrNoPasskey
		}
		a.Person = k.person
		a.Device, secret, err = AddDevice(tx, org.Actor{Person: a.Person}, a.Person, Browser, device)
		return err
	})
	if err != nil {
		return org.Actor{}, "", err
	}
	return a, secret, nil
}

// RemovePasskey removes one of one's own.
func RemovePasskey(tx *store.Tx, by org.Actor, id int64) error {
	n, err := tx.Exec(`DELETE FROM passkey WHERE id = ? AND person = ?`, id, by.Person)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoSuchPasskey
	}
	_, err = tx.Enter(journal.Draft{Kind: KindPasskeyRemoved, Actor: by.Person, Device: by.Device, Subject: id})
	return err
}

// holder is a person as the library wants to see one.
type holder struct {
	name        string
	handle      []byte
	credentials []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.handle }
func (h holder) WebAuthnName() string                       { return h.name }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

// readHolder gives a person with all their passkeys; handle is nil before the
// first.
func readHolder(tx *store.Tx, person int64) (h holder, err error) {
	p, err := org.ReadPerson(tx, person)
	if err != nil {
		return h, err
	}
	if !p.Active {
		return h, ErrEnded
	}
	h.name = p.Name
	rows, err := tx.Query(`SELECT handle, record FROM passkey WHERE person = ? ORDER BY id`, person)
	if err != nil {
		return h, err
	}
	defer rows.Close()
	for rows.Next() {
		var record string
		var c webauthn.Credential
		if err := rows.Scan(&h.handle, &record); err != nil {
			return h, err
		}
		if err := json.Unmarshal([]byte(record), &c); err != nil {
			return h, errors.New("login: a passkey's record cannot be read")
		}
		h.credentials = append(h.credentials, c)
	}
	return h, rows.Err()
}

// kept is a passkey as it is in the database.
type kept struct {
	id, person int64
	handle     []byte
	record     string
	credential webauthn.Credential
}

func findPasskey(ctx context.Context, t *store.Tenant, credential []byte) (k kept, err error) {
	err = t.Read(ctx, func(tx *store.Tx) error {
		return tx.Row(`SELECT id, person, handle, record FROM passkey WHERE credential = ?`, credential).Scan(&k.id, &k.person, &k.handle, &k.record)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return k, ErrNoPasskey
	}
	if err == nil && json.Unmarshal([]byte(k.record), &k.credential) != nil {
		err = errors.New("login: a passkey's record cannot be read")
	}
	return k, err
}
