package login

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// Entry kinds of devices.
const (
	KindDeviceAdded = "device.added"
	KindDeviceEnded = "device.ended"
)

// Kinds of device.
const (
	Browser = "browser"
	APIUser = "token"
)

// Problems of signing in.
var (
	ErrSignedOut    = problem.New(problem.Unauthorized, "login.signed_out", "You are signed out. Sign in again.")
	ErrEnded        = problem.New(problem.Unauthorized, "login.ended", "This device was signed out. Sign in again.")
	ErrManyDevices  = problem.Newf(problem.Conflict, "device.too_many", "A person may have %d devices and tokens. Sign some out first.", maxDevices)
	ErrNotYourToken = problem.New(problem.Forbidden, "token.not_yours", "A token can only be made for oneself; for somebody else, on the server: verbale token create.")
	ErrNoDevice     = problem.New(problem.NotFound, "device.not_found", "There is no such device of yours.")
)

// maxDevices is how many devices and tokens one person may have at a time.
const maxDevices = 500

// Device is something that a person is signed in on.
type Device struct {
	ID   int64
	Name string
	Kind string
	Made int64
	Seen int64 // rounded to minutes; 0 if never
}

// AddDevice makes a device of a person and gives its secret, which is kept
// nowhere.
func AddDevice(tx *store.Tx, by org.Actor, person int64, kind, name string) (id int64, secret string, err error) {
	if name, err = org.CleanName(name); err != nil {
		name = kind
	}
	have, err := tx.Ints(`SELECT COUNT(*) FROM device WHERE person = ? AND ended = 0`, person)
	if err != nil {
		return 0, "", err
	}
	if have[0] >= maxDevices {
		return 0, "", ErrManyDevices
	}
	secret = newSecret()
	kept := hash(secret)
	body, _ := json.Marshal(map[string]string{"kind": kind, "name": name, "secret": commitment(kept)})
	h, err := tx.Enter(journal.Draft{Kind: KindDeviceAdded, Actor: by.Person, Device: by.Device, Subject: person, Body: body})
	if err != nil {
		return 0, "", err
	}
	err = tx.Do(`INSERT INTO device (id, person, kind, name, secret, made) VALUES (?, ?, ?, ?, ?, ?)`, h.Seq, person, kind, name, kept, h.Time)
	return h.Seq, secret, err
}

// seenEvery is how exactly a device's last use is known, and how seldom it is
// written.
const seenEvery = 5 * time.Minute

// Authenticate finds whose secret it is. It is asked for every request and
// socket, so that an ended device stops at once.
func Authenticate(ctx context.Context, t *store.Tenant, secret string) (org.Actor, error) {
	var a org.Actor
	var seen, now int64
	err := t.Read(ctx, func(tx *store.Tx) error {
		now = tx.Now()
		return tx.Row(`SELECT d.person, d.id, COALESCE(u.seen, 0) FROM device d
			JOIN person p ON p.id = d.person AND p.active = 1
			LEFT JOIN device_use u ON u.device = d.id
			WHERE d.secret = ? AND d.ended = 0`, hash(secret)).Scan(&a.Person, &a.Device, &seen)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return a, endedOrUnknown(ctx, t, secret)
	}
	if err == nil && now-seen > seenEvery.Microseconds() {
		noteSeen(t, a.Device)
	}
	return a, err
}

// endedOrUnknown says why a secret lets nobody in. A client that is told of an
// end forgets all it has; one that is merely not known, as after its cookie was
// lost, may keep what was not sent yet.
func endedOrUnknown(ctx context.Context, t *store.Tenant, secret string) error {
	return t.Read(ctx, func(tx *store.Tx) error {
		known, err := tx.Ints(`SELECT id FROM device WHERE secret = ?`, hash(secret))
		if err == nil && len(known) == 0 {
			err = ErrSignedOut
		}
		if err == nil {
			err = ErrEnded
		}
		return err
	})
}

// noting bounds how many notes may wait for the writer at once.
var noting = make(chan struct{}, 64)

// noteSeen notes that a device is in use. Nobody waits for it: reading has to go
// on while the disk is full or another node holds up all writing. Where too many
// wait already, the device's next request notes it.
func noteSeen(t *store.Tenant, device int64) {
	select {
	case noting <- struct{}{}:
	default:
		return
	}
	go func() {
		defer func() { <-noting }()
		_ = t.Write(context.Background(), func(tx *store.Tx) error { // the store has logged what fails
			return tx.DoNote(`INSERT INTO device_use (device, seen) VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET seen = excluded.seen`, device, tx.Now())
		})
	}()
}

// Devices gives the devices that a person is signed in on, newest first.
func Devices(tx *store.Tx, person int64) ([]Device, error) {
	rows, err := tx.Query(`SELECT d.id, d.name, d.kind, d.made, COALESCE(u.seen, 0) FROM device d
		LEFT JOIN device_use u ON u.device = d.id
		WHERE d.person = ? AND d.ended = 0 ORDER BY d.id DESC`, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Device{}
	for rows.Next() {
		var d Device
		if err := rows.Scan(&d.ID, &d.Name, &d.Kind, &d.Made, &d.Seen); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// EndDevice signs a device out. Everybody may end his own; an administrator
// anybody's but an owner's, whom that could lock out. Whoever serves sockets
// sees the entry and cuts them.
func EndDevice(tx *store.Tx, by org.Actor, id int64) error {
	var person int64
	err := tx.Row(`SELECT person FROM device WHERE id = ? AND ended = 0`, id).Scan(&person)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoDevice
	}
	if err != nil {
		return err
	}
	if person != by.Person && mayManage(tx, by.Person, person) != nil {
		return ErrNoDevice
	}
	return endDevice(tx, by, id)
}

func endDevice(tx *store.Tx, by org.Actor, id int64) error {
	if _, err := tx.Enter(journal.Draft{Kind: KindDeviceEnded, Actor: by.Person, Device: by.Device, Subject: id}); err != nil {
		return err
	}
	err := tx.Do(`UPDATE device SET ended = ? WHERE id = ?`, tx.Now(), id)
	return err
}

// ChangePerson changes a person. Whoever is deactivated is signed out for good:
// none of their devices and links lives on, should they ever come back.
func ChangePerson(tx *store.Tx, by org.Actor, id int64, c org.Change) (org.Person, error) {
	p, err := org.ChangePerson(tx, by, id, c)
	if err != nil || p.Active {
		return p, err
	}
	devices, err := tx.Ints(`SELECT id FROM device WHERE person = ? AND ended = 0`, id)
	if err != nil {
		return p, err
	}
	for _, d := range devices {
		if err := endDevice(tx, by, d); err != nil {
			return p, err
		}
	}
	links, err := tx.Ints(`SELECT id FROM link WHERE person = ? AND kind = 'link' AND revoked = 0 AND used < uses AND expires > ?`, id, tx.Now())
	if err != nil {
		return p, err
	}
	for _, l := range links {
		if err := revoke(tx, by, l); err != nil {
			return p, err
		}
	}
	return p, nil
}

// MakeToken makes an API token for a person. Only the house itself, whose
// command line asks by nobody, may make one for somebody else: whoever holds a
// token is that person, and reads what they read.
func MakeToken(tx *store.Tx, by org.Actor, person int64, name string) (id int64, secret string, err error) {
	name, err = org.CleanName(name)
	if err != nil {
		return 0, "", err
	}
	p, err := org.ReadPerson(tx, person)
	if err != nil {
		return 0, "", err
	}
	if !p.Active {
		return 0, "", org.ErrNoPerson
	}
	if by.Person != 0 && by.Person != person {
		return 0, "", ErrNotYourToken
	}
	return AddDevice(tx, by, person, APIUser, name)
}

// mayManage decides whether a person may manage what belongs to another: an
// owner's is an owner's alone.
func mayManage(tx *store.Tx, by, person int64) error {
	if err := org.May(tx, by, org.PeopleManage); err != nil {
		return err
	}
	whose, err := org.ReadPerson(tx, person)
	if err != nil || whose.Role != org.Owner {
		return err
	}
	me, err := org.ReadPerson(tx, by)
	if err == nil && me.Role != org.Owner {
		err = org.ErrAboveYou
	}
	return err
}
