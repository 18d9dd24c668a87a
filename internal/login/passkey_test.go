package login_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

var acmeSite = login.Site{Origin: "https://chat.acme.it", Title: "Acme"}

// register adds the authenticator to a person's passkeys.
func register(tenant *store.Tenant, by org.Actor, a *authenticator) (int64, error) {
	ceremony, options, err := login.BeginRegister(context.Background(), tenant, acmeSite, by)
	if err != nil {
		return 0, err
	}
	return login.FinishRegister(context.Background(), tenant, acmeSite, by, ceremony, "My phone", a.create(options))
}

func enter(tenant *store.Tenant, a *authenticator) (org.Actor, string, error) {
	ceremony, options, err := login.BeginSignIn(context.Background(), tenant, acmeSite)
	if err != nil {
		return org.Actor{}, "", err
	}
	return login.FinishSignIn(context.Background(), tenant, acmeSite, ceremony, a.get(options), "phone")
}

func passkeys(t *testing.T, tenant *store.Tenant, person int64) (out []login.Passkey) {
	t.Helper()
	err := tenant.Read(t.Context(), func(tx *store.Tx) (err error) {
		out, err = login.Passkeys(tx, person)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPasskeySignsItsPersonInAgainAndAgain(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	marco := colleague(t, tenant, "Marco Rossi")
	hers, his := newAuthenticator(t), newAuthenticator(t)
	id, err := register(tenant, anna, hers)
	wants(t, err, "")
	_, err = register(tenant, marco, his)
	wants(t, err, "")
	for range 3 {
		a, secret, err := enter(tenant, hers)
		wants(t, err, "")
		if again, err := login.Authenticate(t.Context(), tenant, secret); err != nil || again != a || a.Person != anna.Person {
			t.Errorf("signed in as %+v, %v", again, err)
		}
	}
	if a, _, err := enter(tenant, his); err != nil || a.Person != marco.Person {
		t.Errorf("signed in as %+v, %v", a, err)
	}
	if all := passkeys(t, tenant, anna.Person); len(all) != 1 || all[0].ID != id || all[0].Name != "My phone" || all[0].Made == 0 {
		t.Errorf("%+v", all)
	}
	if n := entered(t, tenant, login.KindPasskeyAdded); n != 2 {
		t.Errorf("%d entries", n)
	}
}

func TestSyncedPasskeyThatDoesNotCountIsFine(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	a := newAuthenticator(t)
	_, err := register(tenant, anna, a)
	wants(t, err, "")
	for range 3 {
		a.counter = ^uint32(0) // get makes it 0
		_, _, err = enter(tenant, a)
		wants(t, err, "")
	}
}

func TestOptionsAskForAPasskeyThatStandsAlone(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	read := func(by org.Actor) (o creationOptions) {
		_, options, err := login.BeginRegister(t.Context(), tenant, acmeSite, by)
		wants(t, err, "")
		if err := json.Unmarshal(options, &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	first := read(anna)
	if first.RP.ID != "chat.acme.it" || first.RP.Name != "Acme" || first.User.Name != "Anna Bianchi" || first.Attestation != "none" ||
		first.AuthenticatorSelection.ResidentKey != "required" || first.AuthenticatorSelection.UserVerification != "required" || len(first.PubKeyCredParams) == 0 {
		t.Errorf("%+v", first)
	}
	if next := read(anna); next.Challenge == first.Challenge || next.User.ID == first.User.ID {
		t.Error("not random")
	}
	a := newAuthenticator(t)
	_, err := register(tenant, anna, a)
	wants(t, err, "")
	second := read(anna) // one person is one handle, and the same authenticator is not asked twice
	if second.User.ID != b64(a.handle) || len(second.ExcludeCredentials) != 1 || second.ExcludeCredentials[0].ID != b64(a.id) {
		t.Errorf("%+v", second)
	}
	_, options, err := login.BeginSignIn(t.Context(), tenant, acmeSite)
	wants(t, err, "")
	if s := string(options); !strings.Contains(s, `"userVerification":"required"`) || strings.Contains(s, b64(a.id)) {
		t.Errorf("%s", s) // it must not tell strangers which passkeys there are
	}
}

func TestCeremonyCountsOnceAndForFiveMinutes(t *testing.T) {
	t.Parallel()
	h := newSignInHouse(t)
	tenant, anna := h.company(t, "acme")
	marco := colleague(t, tenant, "Marco Rossi")
	a := newAuthenticator(t)

	ceremony, options, err := login.BeginRegister(t.Context(), tenant, acmeSite, anna)
	wants(t, err, "")
	made := a.create(options)
	_, err = login.FinishRegister(t.Context(), tenant, acmeSite, marco, ceremony, "x", made)
	wants(t, err, "passkey.ceremony") // another's
	_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, ceremony, made, "x")
	wants(t, err, "passkey.ceremony") // of another kind
	_, err = login.FinishRegister(t.Context(), tenant, acmeSite, anna, ceremony, "x", made)
	wants(t, err, "")
	_, err = login.FinishRegister(t.Context(), tenant, acmeSite, anna, ceremony, "x", made)
	wants(t, err, "passkey.ceremony")

	ceremony, options, err = login.BeginSignIn(t.Context(), tenant, acmeSite)
	wants(t, err, "")
	answer := a.get(options)
	_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, ceremony, answer, "x")
	wants(t, err, "")
	_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, ceremony, answer, "x")
	wants(t, err, "passkey.refused") // its counter has gone by
	_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, ceremony, a.get(options), "x")
	wants(t, err, "passkey.ceremony")

	ceremony, options, err = login.BeginSignIn(t.Context(), tenant, acmeSite)
	wants(t, err, "")
	h.wait(5 * time.Minute)
	_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, ceremony, a.get(options), "x")
	wants(t, err, "passkey.ceremony")
}

func TestSameAnswerManyTimesAtOnceMakesOneDevice(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	a := newAuthenticator(t)
	_, err := register(tenant, anna, a)
	wants(t, err, "")
	ceremony, options, err := login.BeginSignIn(t.Context(), tenant, acmeSite)
	wants(t, err, "")
	a.counter = ^uint32(0) // without a counter nothing but the ceremony stands in the way
	answer := a.get(options)
	var all sync.WaitGroup
	signedIn := make(chan bool, 20)
	for range 20 {
		all.Go(func() {
			_, _, err := login.FinishSignIn(context.Background(), tenant, acmeSite, ceremony, answer, "x")
			signedIn <- err == nil
		})
	}
	all.Wait()
	close(signedIn)
	n := 0
	for ok := range signedIn {
		if ok {
			n++
		}
	}
	if n != 1 {
		t.Errorf("signed in %d times", n)
	}
}

func TestAnswerThatIsNotAsItMustBeIsRefused(t *testing.T) {
	t.Parallel()
	h := newSignInHouse(t)
	tenant, anna := h.company(t, "acme")
	other, _ := h.company(t, "globex")
	good := newAuthenticator(t)
	_, err := register(tenant, anna, good)
	wants(t, err, "")
	good.counter = 5
	_, _, err = enter(tenant, good)
	wants(t, err, "")
	stranger := newAuthenticator(t)

	for name, bend := range map[string]func(a *authenticator){
		"wrong origin":       func(a *authenticator) { a.origin = "https://chat.acme.it.evil.example" },
		"open connection":    func(a *authenticator) { a.origin = "http://chat.acme.it" },
		"another port":       func(a *authenticator) { a.origin = "https://chat.acme.it:8443" },
		"another host's key": func(a *authenticator) { a.host = "acme.it" },
		"nobody there":       func(a *authenticator) { a.flags = verified },
		"nobody proven":      func(a *authenticator) { a.flags = present },
		"counter goes back":  func(a *authenticator) { a.counter = 1 },
		"counter stays":      func(a *authenticator) { a.counter = 5 },
		"another key":        func(a *authenticator) { a.key = stranger.key },
		"unknown passkey":    func(a *authenticator) { a.id = stranger.id },
		"another's handle":   func(a *authenticator) { a.handle = bytes.Repeat([]byte{1}, 32) },
		"no handle":          func(a *authenticator) { a.handle = nil },
		"data that is none":  func(a *authenticator) { a.flags = present | verified | attested },
	} {
		bent := *good
		bend(&bent)
		_, _, err := enter(tenant, &bent)
		if wants(t, err, "passkey.refused"); t.Failed() {
			t.Fatalf("sign in: %s", name)
		}
	}
	for name, bend := range map[string]func(a *authenticator){
		"wrong origin":       func(a *authenticator) { a.origin = "https://evil.example" },
		"another host's key": func(a *authenticator) { a.host = "evil.example" },
		"nobody there":       func(a *authenticator) { a.flags = verified },
		"nobody proven":      func(a *authenticator) { a.flags = present },
	} {
		bent := *newAuthenticator(t)
		bend(&bent)
		_, err := register(tenant, anna, &bent)
		if wants(t, err, "passkey.unusable"); t.Failed() {
			t.Fatalf("register: %s", name)
		}
	}
	taken := *good
	_, err = register(tenant, colleague(t, tenant, "Marco Rossi"), &taken) // by another person
	wants(t, err, "passkey.known")
	_, _, err = enter(other, good) // another company knows nothing of it
	wants(t, err, "passkey.refused")

	// The challenge is the ceremony's, and the ceremony this company's and site's.
	ceremony, options, err := login.BeginSignIn(t.Context(), tenant, acmeSite)
	wants(t, err, "")
	_, otherOptions, err := login.BeginSignIn(t.Context(), tenant, acmeSite)
	wants(t, err, "")
	_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, ceremony, good.get(otherOptions), "x")
	wants(t, err, "passkey.refused")
	_, _, err = login.FinishSignIn(t.Context(), other, acmeSite, ceremony, good.get(options), "x")
	wants(t, err, "passkey.ceremony")
	_, _, err = login.FinishSignIn(t.Context(), tenant, login.Site{Origin: "https://evil.example"}, ceremony, good.get(options), "x")
	wants(t, err, "passkey.ceremony")
	for _, bad := range []string{"", "x", ceremony + "A", ceremony[1:], ceremony[:len(ceremony)-4], strings.Repeat("A", 1<<20)} {
		_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, bad, good.get(options), "x")
		wants(t, err, "passkey.ceremony")
	}
	for _, bad := range []string{"", "{}", "null", "[]", "x", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`, strings.Repeat("[", 100_000)} {
		_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, ceremony, []byte(bad), "x")
		wants(t, err, "passkey.refused")
	}
	_, _, err = login.FinishSignIn(t.Context(), tenant, acmeSite, ceremony, good.get(options), "x") // none of it has used the ceremony up
	wants(t, err, "")
}

func TestRemovedPasskeyAndWhoLeftStayOut(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	marco := colleague(t, tenant, "Marco Rossi")
	hers, his := newAuthenticator(t), newAuthenticator(t)
	id, err := register(tenant, anna, hers)
	wants(t, err, "")
	_, err = register(tenant, marco, his)
	wants(t, err, "")
	remove := func(by org.Actor, id int64) error {
		return tenant.Write(context.Background(), func(tx *store.Tx) error { return login.RemovePasskey(tx, by, id) })
	}
	wants(t, remove(marco, id), "passkey.not_found") // not his
	wants(t, remove(anna, 999), "passkey.not_found")
	wants(t, remove(anna, id), "")
	wants(t, remove(anna, id), "passkey.not_found")
	_, _, err = enter(tenant, hers)
	wants(t, err, "passkey.refused")
	if n := entered(t, tenant, login.KindPasskeyRemoved); n != 1 {
		t.Errorf("%d entries", n)
	}
	lock(t, tenant, anna, marco.Person)
	_, _, err = enter(tenant, his)
	wants(t, err, "passkey.refused")
	_, err = register(tenant, marco, newAuthenticator(t))
	wants(t, err, "login.ended")
}

func TestPasskeysAreBounded(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	for range 20 {
		_, err := register(tenant, anna, newAuthenticator(t))
		wants(t, err, "")
	}
	_, err := register(tenant, anna, newAuthenticator(t))
	wants(t, err, "passkey.too_many")
}

func TestSiteThatBrowsersRefuseIsSaidSo(t *testing.T) {
	t.Parallel()
	tenant, anna := newSignInHouse(t).company(t, "acme")
	for origin, code := range map[string]string{
		"https://chat.acme.it": "", "https://chat.acme.it:8443": "", "http://localhost:8080": "", "http://acme.localhost:8080": "",
		"http://chat.acme.it": "passkey.no_host", "https://192.0.2.1": "passkey.no_host", "https://[2001:db8::1]:8443": "passkey.no_host", "http://127.0.0.1:8080": "passkey.no_host",
		"": "passkey.no_host", "chat.acme.it": "passkey.no_host", "https://chat.acme.it/x": "passkey.no_host", "https://u@chat.acme.it": "passkey.no_host", "ftp://chat.acme.it": "passkey.no_host",
	} {
		site := login.Site{Origin: origin}
		_, _, err := login.BeginSignIn(t.Context(), tenant, site)
		if wants(t, err, code); t.Failed() {
			t.Fatal(origin)
		}
		_, _, err = login.BeginRegister(t.Context(), tenant, site, anna)
		wants(t, err, code)
	}
	a := newAuthenticator(t)
	a.origin, a.host = "http://localhost:8080", "localhost"
	site := login.Site{Origin: a.origin}
	ceremony, options, err := login.BeginRegister(t.Context(), tenant, site, anna)
	wants(t, err, "")
	_, err = login.FinishRegister(t.Context(), tenant, site, anna, ceremony, "Laptop", a.create(options))
	wants(t, err, "")
	for _, name := range []string{"", strings.Repeat("x", 101), "a\x00b"} {
		_, err = login.FinishRegister(t.Context(), tenant, site, anna, ceremony, name, a.create(options))
		if wants(t, err, "name.invalid"); t.Failed() {
			t.Fatalf("%q", name)
		}
	}
}
