package login_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

const goodPassword = "cavallo giusto graffetta"

func set(t *testing.T, tenant *store.Tenant, by org.Actor, name, password, current string) error {
	t.Helper()
	return login.SetPassword(context.Background(), tenant, by, name, password, current)
}

func signIn(tenant *store.Tenant, name, password, address string) (org.Actor, string, error) {
	return login.SignIn(context.Background(), tenant, login.PasswordSignIn{Login: name, Password: password, Address: address, Device: "phone"})
}

func TestPasswordMakesADeviceOfItsPersonAndNoOtherDoes(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	marco := colleague(t, tenant, "Marco Rossi")
	wants(t, set(t, tenant, anna, " Anna.Bianchi@Acme.IT ", goodPassword, ""), "")
	wants(t, set(t, tenant, marco, "marco", goodPassword, ""), "")
	for _, spelling := range []string{"anna.bianchi@acme.it", "ANNA.BIANCHI@ACME.IT", "ａnna.bianchi@acme.it"} {
		a, secret, err := signIn(tenant, spelling, goodPassword, "192.0.2.1")
		wants(t, err, "")
		if a.Person != anna.Person {
			t.Fatalf("%s is signed in as %d", spelling, a.Person)
		}
		if again, err := login.Authenticate(t.Context(), tenant, secret); err != nil || again != a {
			t.Errorf("the device does not work: %v", err)
		}
	}
	for _, c := range [][2]string{{"anna.bianchi@acme.it", goodPassword + "x"}, {"anna.bianchi@acme.it", strings.ToUpper(goodPassword)}, {"anna.bianchi@acme.it", ""}, {"nobody", goodPassword}, {"", goodPassword}, {"a b", goodPassword},
		{"anna.bianchi@acme.it", strings.Repeat("x", 1<<20)}, {strings.Repeat("x", 1<<20), goodPassword}, {"anna\xff", goodPassword}, {"' OR 1=1 --", goodPassword}} {
		_, _, err := signIn(tenant, c[0], c[1], "192.0.2.2")
		wants(t, err, "login.wrong")
	}
	if n := entered(t, tenant, login.KindPasswordSet, goodPassword, "argon2"); n != 2 {
		t.Errorf("%d entries", n)
	}
}

func TestPasswordIsTheSameOnEveryKeyboard(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	wants(t, set(t, tenant, anna, "anna", "perch\u00e9 no domani", ""), "")
	_, _, err := signIn(tenant, "anna", "perche\u0301 no domani", "192.0.2.1")
	wants(t, err, "")
}

func TestUnfitPasswordsAndLoginsAreRefused(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	for _, c := range []struct{ name, password, code string }{
		{"anna", "", "password.weak"}, {"anna", "123456789", "password.weak"}, {"anna", "àèìòùàèìò", "password.weak"}, {"anna", "aaaaaaaaaaaa", "password.weak"},
		{"anna.bianchi", "Anna.Bianchi", "password.weak"}, {"anna", "abcdefghi\xff", "password.weak"},
		{"anna", strings.Repeat("ab", 512) + "c", "password.too_long"}, {"anna", strings.Repeat("x", 10<<20), "password.too_long"},
		{"", goodPassword, "login.invalid"}, {"a", goodPassword, "login.invalid"}, {"anna bianchi", goodPassword, "login.invalid"}, {"anna\n", goodPassword, ""}, {"an\x00na", goodPassword, "login.invalid"},
		{"<b>anna", goodPassword, "login.invalid"}, {"anna\u202e", goodPassword, "login.invalid"}, {strings.Repeat("a", 101), goodPassword, "login.invalid"}, {"anna\xff", goodPassword, "login.invalid"},
	} {
		wants(t, set(t, tenant, anna, c.name, c.password, goodPassword), c.code)
	}
	wants(t, set(t, tenant, colleague(t, tenant, "Marco Rossi"), "marco", strings.Repeat("ab", 512), ""), "") // exactly as long as allowed
}

func TestLoginIsOnePersons(t *testing.T) {
	t.Parallel()
	h := newSignInHouse(t)
	tenant, anna := h.company(t, "acme")
	marco := colleague(t, tenant, "Marco Rossi")
	wants(t, set(t, tenant, anna, "anna", goodPassword, ""), "")
	wants(t, set(t, tenant, marco, "ANNA", goodPassword, ""), "login.taken")
	other, annaToo := h.company(t, "globex") // another company knows nothing of it
	wants(t, set(t, other, annaToo, "anna", "altra parola lunga", ""), "")
	_, _, err := signIn(other, "anna", goodPassword, "192.0.2.1")
	wants(t, err, "login.wrong")
}

func TestChangeNeedsTheCurrentPassword(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	wants(t, set(t, tenant, anna, "anna", goodPassword, ""), "")
	const next = "un'altra ancora più lunga"
	for _, wrong := range []string{"", "sbagliata", next, strings.Repeat("x", 1<<20)} {
		wants(t, set(t, tenant, anna, "anna", next, wrong), "password.current_wrong")
	}
	wants(t, set(t, tenant, anna, "anna.b", next, goodPassword), "")
	_, _, err := signIn(tenant, "anna.b", next, "192.0.2.1")
	wants(t, err, "")
	_, _, err = signIn(tenant, "anna", goodPassword, "192.0.2.1")
	wants(t, err, "login.wrong")
	_, _, err = signIn(tenant, "anna.b", goodPassword, "192.0.2.1")
	wants(t, err, "login.wrong")
	if n := entered(t, tenant, login.KindPasswordSet, goodPassword, next); n != 2 {
		t.Errorf("%d entries", n)
	}
}

func TestPasswordOfWhoLeftOpensNothing(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	marco := colleague(t, tenant, "Marco Rossi")
	wants(t, set(t, tenant, marco, "marco", goodPassword, ""), "")
	lock(t, tenant, anna, marco.Person)
	_, _, err := signIn(tenant, "marco", goodPassword, "192.0.2.1")
	wants(t, err, "login.wrong")
	wants(t, set(t, tenant, marco, "marco", "nuova parola lunga", goodPassword), "login.ended")
}

func TestGuessingOneLoginIsSlowedForKnownAndUnknownAlike(t *testing.T) {
	t.Parallel()
	h := newSignInHouse(t)
	tenant, anna := h.company(t, "acme")
	wants(t, set(t, tenant, anna, "anna", goodPassword, ""), "")
	for _, name := range []string{"anna", "nobody"} {
		for i := range 6 { // from a new address each time
			_, _, err := signIn(tenant, name, "sbagliata", fmt.Sprintf("192.0.2.%d", i))
			wants(t, err, "login.wrong")
		}
		_, _, err := signIn(tenant, name, "sbagliata", "192.0.2.99")
		wants(t, err, "login.too_many")
	}
	_, _, err := signIn(tenant, "anna", goodPassword, "192.0.2.99") // not even the right one now
	wants(t, err, "login.too_many")
	h.wait(1100 * time.Millisecond)
	_, _, err = signIn(tenant, "anna", "sbagliata", "192.0.2.99")
	wants(t, err, "login.wrong")
	h.wait(1100 * time.Millisecond) // the wait has grown to two seconds
	_, _, err = signIn(tenant, "anna", goodPassword, "192.0.2.99")
	wants(t, err, "login.too_many")
	h.wait(time.Second)
	_, _, err = signIn(tenant, "anna", goodPassword, "192.0.2.99")
	wants(t, err, "")
	for range 5 { // the right one wipes the slate
		_, _, err = signIn(tenant, "anna", "sbagliata", "192.0.2.99")
		wants(t, err, "login.wrong")
	}
}

func TestCurrentPasswordCannotBeGuessedEither(t *testing.T) {
	t.Parallel()
	h := newSignInHouse(t)
	tenant, anna := h.company(t, "acme")
	wants(t, set(t, tenant, anna, "anna", goodPassword, ""), "")
	for range 6 {
		wants(t, set(t, tenant, anna, "anna", "nuova parola lunga", "sbagliata"), "password.current_wrong")
	}
	wants(t, set(t, tenant, anna, "anna", "nuova parola lunga", goodPassword), "login.too_many")
	h.wait(2 * time.Second)
	wants(t, set(t, tenant, anna, "anna", "nuova parola lunga", goodPassword), "")
}

func TestGuessingFromOneAddressIsSlowed(t *testing.T) {
	t.Parallel()
	h := newSignInHouse(t)
	tenant, anna := h.company(t, "acme")
	wants(t, set(t, tenant, anna, "anna", goodPassword, ""), "")
	refused := map[string]int{}
	for i := range 33 {
		// One server of the attacker's has a whole /64 of addresses.
		_, _, err := signIn(tenant, fmt.Sprintf("name%d", i), "sbagliata", fmt.Sprintf("2001:db8:1:2::%x", i))
		if err == nil {
			t.Fatal("signed in")
		}
		refused[strings.Split(err.Error(), ":")[0]]++
		if i%10 == 9 { // his own account does not help him
			signIn(tenant, "anna", goodPassword, "2001:db8:1:2::ffff")
		}
	}
	if refused["login.wrong"] != 30 || refused["login.too_many"] != 3 {
		t.Errorf("%v", refused)
	}
	_, _, err := signIn(tenant, "anna", goodPassword, "2001:db8:1:3::1") // who is elsewhere notices nothing
	wants(t, err, "")
	h.wait(25 * time.Hour)
	_, _, err = signIn(tenant, "anna", goodPassword, "2001:db8:1:2::1")
	wants(t, err, "")
}

func TestManyGuessesAtOnceAreAllCounted(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	wants(t, set(t, tenant, anna, "anna", goodPassword, ""), "")
	var all sync.WaitGroup
	var mu sync.Mutex
	codes := map[string]int{}
	for i := range 30 {
		all.Go(func() {
			_, _, err := signIn(tenant, "anna", "sbagliata", fmt.Sprintf("192.0.2.%d", i))
			mu.Lock()
			defer mu.Unlock()
			codes[strings.Split(err.Error(), ":")[0]]++
		})
	}
	all.Wait()
	if codes["login.wrong"] != 6 || codes["login.too_many"] != 24 {
		t.Errorf("%v", codes)
	}
}

func TestPasswordsAreKeptAsArgon2id(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	marco := colleague(t, tenant, "Marco Rossi")
	wants(t, set(t, tenant, anna, "anna", goodPassword, ""), "")
	wants(t, set(t, tenant, marco, "marco", goodPassword, ""), "")
	kept := map[string]bool{}
	err := tenant.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT hash FROM password`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var hash string
			if err := rows.Scan(&hash); err != nil {
				return err
			}
			if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") { // what these tests set
				t.Errorf("kept as %s", hash)
			}
			kept[hash] = true
		}
		if name, err := login.LoginOf(tx, anna.Person); err != nil || name != "anna" {
			t.Errorf("%q, %v", name, err)
		}
		if name, err := login.LoginOf(tx, 999); err != nil || name != "" {
			t.Errorf("%q, %v", name, err)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != 2 {
		t.Error("equal passwords are seen to be equal")
	}
}
