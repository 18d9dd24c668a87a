package login

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// Entry kinds of links.
const (
	KindInviteMade    = "invite.made"
	KindInviteRevoked = "invite.revoked"
	KindLinkMade      = "link.made"
)

// Kinds of link.
const (
	Invite = "invite"
	Link   = "link"
)

// Bounds of links.
const (
	LinkLife      = 5 * time.Minute     // of a device link made on a signed-in device
	SignInLife    = 7 * 24 * time.Hour  // of a sign-in link made on the server
	MaxInviteLife = 90 * 24 * time.Hour // of an invite
	MaxUses       = 10_000
	maxOpen       = 500 // links of one maker that can still be used
)

// Problems of links.
var (
	ErrNoLink    = problem.New(problem.NotFound, "link.unknown", "This link is not known here. Ask for a new one.")
	ErrUsed      = problem.New(problem.Gone, "link.used", "This link has been used. Ask for a new one.")
	ErrExpired   = problem.New(problem.Gone, "link.expired", "This link has expired. Ask for a new one.")
	ErrRevoked   = problem.New(problem.Gone, "link.revoked", "This link was withdrawn. Ask for a new one.")
	ErrNoInvite  = problem.New(problem.NotFound, "invite.not_found", "There is no such invite.")
	ErrManyLinks = problem.Newf(problem.TooMany, "link.too_many", "You have %d links open. Withdraw some, or wait until they expire.", maxOpen)
	ErrBadInvite = problem.New(problem.Invalid, "invite.bad", "An invite lasts from one minute to 90 days and is for at most 10,000 people; 0 uses is any number.")
)

// Opening is a link as it is known to those who may manage it.
type Opening struct {
	ID      int64
	Kind    string
	Role    string
	Person  int64
	By      int64
	Uses    int64
	Used    int64
	Made    int64
	Expires int64
	Revoked bool
}

// MakeInvite makes an invite and gives its secret, which is kept nowhere.
func MakeInvite(tx *store.Tx, by org.Actor, role string, uses int64, life time.Duration) (o Opening, secret string, err error) {
	if err := mayInvite(tx, by.Person, role); err != nil {
		return o, "", err
	}
	if uses < 0 || uses > MaxUses || life < time.Minute || life > MaxInviteLife {
		return o, "", ErrBadInvite
	}
	o = Opening{Kind: Invite, Role: role, By: by.Person, Uses: uses}
	secret, err = makeLink(tx, by, &o, KindInviteMade, life)
	return o, secret, err
}

// mayInvite decides whether a person may let somebody in with a role.
func mayInvite(tx *store.Tx, person int64, role string) error {
	if err := org.May(tx, person, org.PeopleInvite); err != nil {
		return err
	}
	switch role {
	case org.Member, org.Admin:
		return nil
	case org.Owner:
		me, err := org.ReadPerson(tx, person)
		if err == nil && me.Role != org.Owner {
			err = org.ErrAboveYou
		}
		return err
	}
	return org.ErrBadRole
}

// MakeLink makes a link for one further device of a person. Whoever calls has
// decided that it may be done: one's own, or on the server itself.
func MakeLink(tx *store.Tx, by org.Actor, person int64, life time.Duration) (o Opening, secret string, err error) {
	o = Opening{Kind: Link, Person: person, By: by.Person, Uses: 1}
	secret, err = makeLink(tx, by, &o, KindLinkMade, life)
	return o, secret, err
}

// linkBody is what the entry of a link holds; of its secret the commitment.
type linkBody struct {
	Role    string `json:"role"`
	Uses    int64  `json:"uses"`
	Expires int64  `json:"expires"`
	Secret  string `json:"secret,omitempty"`
}

func makeLink(tx *store.Tx, by org.Actor, o *Opening, kind string, life time.Duration) (string, error) {
	open, err := tx.Ints(`SELECT COUNT(*) FROM link WHERE maker = ? AND expires > ? AND revoked = 0 AND (uses = 0 OR used < uses)`, by.Person, tx.Now())
	if err != nil {
		return "", err
	}
	if by.Person != 0 && open[0] >= maxOpen {
		return "", ErrManyLinks
	}
	o.Expires = tx.Now() + life.Microseconds()
	secret := newSecret()
	kept := hash(secret)
	body, _ := json.Marshal(linkBody{o.Role, o.Uses, o.Expires, commitment(kept)})
	h, err := tx.Enter(journal.Draft{Kind: kind, Actor: by.Person, Device: by.Device, Subject: o.Person, Body: body})
	if err != nil {
		return "", err
	}
	o.ID, o.Made = h.Seq, h.Time
	err = tx.Do(`INSERT INTO link (id, kind, secret, person, role, maker, uses, made, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		o.ID, o.Kind, kept, o.Person, o.Role, o.By, o.Uses, o.Made, o.Expires)
	return secret, err
}

const openingColumns = `id, kind, role, person, maker, uses, used, made, expires, revoked`

func scanOpening(row interface{ Scan(...any) error }) (o Opening, err error) {
	err = row.Scan(&o.ID, &o.Kind, &o.Role, &o.Person, &o.By, &o.Uses, &o.Used, &o.Made, &o.Expires, &o.Revoked)
	return o, err
}

// Look finds a link by its secret and says whether it can still be used.
func Look(tx *store.Tx, secret string) (Opening, error) {
	o, err := scanOpening(tx.Row(`SELECT `+openingColumns+` FROM link WHERE secret = ?`, hash(secret)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return o, ErrNoLink
	case err != nil:
		return o, err
	case o.Revoked:
		return o, ErrRevoked
	case o.Uses > 0 && o.Used >= o.Uses:
		return o, ErrUsed
	case tx.Now() >= o.Expires:
		return o, ErrExpired
	case o.Kind == Invite:
		// It is worth what its maker may do now: whoever was shut out, or
		// lost a role, must not come back by a link made in time.
		err = mayInvite(tx, o.By, o.Role)
		if problem.Of(err) != nil {
			err = ErrRevoked
		}
	}
	return o, err
}

// Join uses a link: an invite adds a person of that name, a link finds its
// person again; either way a device is made and its secret given.
func Join(tx *store.Tx, secret, name, language, device string) (a org.Actor, deviceSecret string, err error) {
	o, err := Look(tx, secret)
	if err != nil {
		return a, "", err
	}
	a.Person = o.Person
	if o.Kind == Invite {
		if a.Person, err = org.AddPerson(tx, org.Actor{}, o.ID, name, o.Role, language); err != nil {
			return a, "", err
		}
	} else if p, err := org.ReadPerson(tx, o.Person); err != nil || !p.Active {
		return a, "", errors.Join(err, ErrRevoked)
	}
	if a.Device, deviceSecret, err = AddDevice(tx, org.Actor{Person: a.Person}, a.Person, Browser, device); err != nil {
		return a, "", err
	}
	err = tx.Do(`UPDATE link SET used = used + 1 WHERE id = ?`, o.ID)
	return a, deviceSecret, err
}

// Invites gives the invites that can still be used, newest first.
func Invites(tx *store.Tx, by int64) ([]Opening, error) {
	if err := org.May(tx, by, org.PeopleInvite); err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT `+openingColumns+` FROM link
		WHERE kind = 'invite' AND revoked = 0 AND expires > ? AND (uses = 0 OR used < uses) ORDER BY id DESC LIMIT 200`, tx.Now())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []Opening{}
	for rows.Next() {
		o, err := scanOpening(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	out := []Opening{}
	for _, o := range all {
		switch err := mayInvite(tx, o.By, o.Role); {
		case err == nil:
			out = append(out, o)
		case problem.Of(err) == nil: // else its maker lost the right to it
			return nil, err
		}
	}
	return out, nil
}

// RevokeInvite withdraws an invite.
func RevokeInvite(tx *store.Tx, by org.Actor, id int64) error {
	if err := org.May(tx, by.Person, org.PeopleInvite); err != nil {
		return err
	}
	there, err := tx.Ints(`SELECT id FROM link WHERE id = ? AND kind = 'invite' AND revoked = 0`, id)
	if err != nil {
		return err
	}
	if len(there) == 0 {
		return ErrNoInvite
	}
	return revoke(tx, by, id)
}

func revoke(tx *store.Tx, by org.Actor, id int64) error {
	if err := tx.Do(`UPDATE link SET revoked = 1 WHERE id = ?`, id); err != nil {
		return err
	}
	_, err := tx.Enter(journal.Draft{Kind: KindInviteRevoked, Actor: by.Person, Device: by.Device, Subject: id})
	return err
}
