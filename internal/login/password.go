package login

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// KindPasswordSet is entered when somebody sets a password; the entry holds
// the login and a commitment, never the password nor its hash.
const KindPasswordSet = "login.password_set"

// Bounds of a password and of a login.
const (
	minPassword = 10   // characters
	maxPassword = 1024 // bytes; more is refused before it costs anything
	maxLogin    = 100  // bytes
)

// Problems of passwords. A wrong login and a wrong password look alike.
var (
	ErrWrongPassword = problem.New(problem.Unauthorized, "login.wrong", "The login or the password is wrong.")
	ErrWrongCurrent  = problem.New(problem.Forbidden, "password.current_wrong", "The current password is wrong.")
	ErrWeakPassword  = problem.New(problem.Invalid, "password.weak", "A password has at least 10 characters, not all the same, and is not the login.")
	ErrLongPassword  = problem.New(problem.Invalid, "password.too_long", "A password has at most 1,024 bytes.")
	ErrBadLogin      = problem.New(problem.Invalid, "login.invalid", "A login has 2 to 100 letters, digits and the signs . _ - + @, such as anna.bianchi or a mail address.")
	ErrLoginTaken    = problem.New(problem.Conflict, "login.taken", "Somebody else here has this login. Choose another.")
	ErrPasswordMoved = problem.New(problem.Conflict, "password.changed", "The password was changed meanwhile on another device. Try again.")
)

// PasswordSignIn is what somebody signs in with. Address is where it comes
// from; Device names the device that is made.
type PasswordSignIn struct {
	Login, Password, Address, Device string
}

// SignIn makes a device for whoever knows login and password, and gives its
// secret. It does the same work whether or not the login exists.
func SignIn(ctx context.Context, t *store.Tenant, s PasswordSignIn) (a org.Actor, secret string, err error) {
	login, err := foldLogin(s.Login)
	if err != nil || len(s.Password) > maxPassword {
		return a, "", ErrWrongPassword // cheaply: nobody has such a login or password
	}
	counters := []counter{byLogin(t.Keys(), login), byAddress(t.Keys(), s.Address)}
	if err := t.Write(ctx, func(tx *store.Tx) error { return begin(tx, counters...) }); err != nil {
		return a, "", err
	}
	kept := nobody()
	err = t.Read(ctx, func(tx *store.Tx) error {
		return tx.Row(`SELECT w.person, w.hash FROM password w JOIN person p ON p.id = w.person AND p.active = 1 WHERE w.login = ?`, login).Scan(&a.Person, &kept)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return org.Actor{}, "", err
	}
	good, err := matches(ctx, norm.NFC.String(s.Password), kept)
	if err != nil {
		return org.Actor{}, "", err
	}
	if !good || a.Person == 0 {
		return org.Actor{}, "", ErrWrongPassword
	}
	err = t.Write(ctx, func(tx *store.Tx) error {
		now, err := readPassword(tx, a.Person) // it may have changed while the hash was computed
		if err != nil {
			return err
		}
		if now.hash != kept || !active(tx, a.Person) {
			return ErrWrongPassword
		}
		if err := succeeded(tx, counters[0], counters[1]); err != nil {
			return err
		}
		a.Device, secret, err = AddDevice(tx, org.Actor{Person: a.Person}, a.Person, Browser, s.Device)
		return err
	})
	if err != nil {
		return org.Actor{}, "", err
	}
	return a, secret, nil
}

func active(tx *store.Tx, person int64) bool {
	p, err := org.ReadPerson(tx, person)
	return err == nil && p.Active
}

// SetPassword sets one's own login and password. If there is one already, the
// current password is asked for, so that a device left open is not enough.
func SetPassword(ctx context.Context, t *store.Tenant, by org.Actor, login, password, current string) error {
	login, err := foldLogin(login)
	if err != nil {
		return err
	}
	if password, err = checkPassword(password, login); err != nil {
		return err
	}
	var before keptPassword
	if err := t.Read(ctx, func(tx *store.Tx) (err error) {
		before, err = readPassword(tx, by.Person)
		return err
	}); err != nil {
		return err
	}
	if before.hash != "" {
		if err := checkCurrent(ctx, t, before, current); err != nil {
			return err
		}
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return t.Write(ctx, func(tx *store.Tx) error {
		now, err := readPassword(tx, by.Person)
		if err != nil {
			return err
		}
		taken, err := tx.Ints(`SELECT person FROM password WHERE login = ? AND person <> ?`, login, by.Person)
		switch {
		case err != nil:
			return err
		case !active(tx, by.Person):
			return ErrEnded
		case now != before:
			return ErrPasswordMoved
		case len(taken) > 0:
			return ErrLoginTaken
		}
		body, _ := json.Marshal(map[string]string{"login": login, "secret": commitment([]byte(hash))})
		h, err := tx.Enter(journal.Draft{Kind: KindPasswordSet, Actor: by.Person, Device: by.Device, Subject: by.Person, Body: body})
		if err != nil {
			return err
		}
		err = tx.Do(`INSERT INTO password (person, login, hash, made) VALUES (?, ?, ?, ?)
			ON CONFLICT (person) DO UPDATE SET login = excluded.login, hash = excluded.hash, made = excluded.made`, by.Person, login, hash, h.Time)
		return err
	})
}

func checkCurrent(ctx context.Context, t *store.Tenant, kept keptPassword, current string) error {
	if len(current) > maxPassword {
		return ErrWrongCurrent
	}
	count := byLogin(t.Keys(), kept.login)
	if err := t.Write(ctx, func(tx *store.Tx) error { return begin(tx, count) }); err != nil {
		return err
	}
	good, err := matches(ctx, norm.NFC.String(current), kept.hash)
	if err != nil {
		return err
	}
	if !good {
		return ErrWrongCurrent
	}
	return t.Write(ctx, func(tx *store.Tx) error { return succeeded(tx, count) })
}

type keptPassword struct{ login, hash string }

// readPassword gives what is kept, empty if the person has none.
func readPassword(tx *store.Tx, person int64) (k keptPassword, err error) {
	err = tx.Row(`SELECT login, hash FROM password WHERE person = ?`, person).Scan(&k.login, &k.hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return k, err
}

// LoginOf gives a person's login, empty if they have no password.
func LoginOf(tx *store.Tx, person int64) (string, error) {
	k, err := readPassword(tx, person)
	return k.login, err
}

// foldLogin gives the one spelling of a login.
func foldLogin(s string) (string, error) {
	if len(s) > 4*maxLogin || !utf8.ValidString(s) { // before any work is done on it
		return "", ErrBadLogin
	}
	s = norm.NFKC.String(strings.ToLower(norm.NFKC.String(strings.TrimSpace(s))))
	if len(s) > maxLogin || utf8.RuneCountInString(s) < 2 {
		return "", ErrBadLogin
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune("._-+@", r) {
			return "", ErrBadLogin
		}
	}
	return s, nil
}

// checkPassword gives the spelling of a password that is hashed: the same on
// every keyboard.
func checkPassword(s, login string) (string, error) {
	if len(s) > maxPassword {
		return "", ErrLongPassword
	}
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) < minPassword || strings.EqualFold(s, login) {
		return "", ErrWeakPassword
	}
	first, size := utf8.DecodeRuneInString(s)
	if strings.Trim(s[size:], string(first)) == "" {
		return "", ErrWeakPassword
	}
	return norm.NFC.String(s), nil
}
