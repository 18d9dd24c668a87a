package e2e

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sent puts a file into a message, and gives the numbers of both.
func (p *person) sent(t testing.TB, conversation int64, content string) (file, message int64) {
	t.Helper()
	a, err := p.send(context.Background(), "POST", prefix+"/files?name=plan.txt", "application/octet-stream", strings.NewReader(content))
	if err != nil || a.status != 200 {
		t.Fatalf("upload: %v %v", a, err)
	}
	file = decoded[made](t, a).ID
	m := ask[posted](t, p, "POST", fmt.Sprintf("/conversations/%d/messages", conversation),
		object{"key": newKey(), "text": "the plan", "files": []int64{file}})
	return file, m.ID
}

// TestARemovedMemberChangesAndFindsNothingMore: CVE-2023-32678 and
// CVE-2026-2458; also what one wrote oneself stays with the conversation.
func TestARemovedMemberChangesAndFindsNothingMore(t *testing.T) {
	t.Parallel()
	w := settle(t)
	own := w.anna.say(t, w.group, "hers needle")
	file, other := w.marco.sent(t, w.group, "the plan of the needle")
	finds := func() int {
		return len(ask[struct{ Hits []object }](t, w.anna, "GET", "/search?q=needle", nil).Hits)
	}
	until(t, "the message is found", func() bool { return finds() == 1 })
	ask[struct{}](t, w.c.owner, "DELETE", fmt.Sprintf("/conversations/%d/members/%d", w.group, w.anna.id), nil)
	if n := finds(); n != 0 {
		t.Errorf("the search still finds %d", n)
	}
	before := ask[me](t, w.anna, "GET", "/me", nil).Seq
	to := ask[made](t, w.c.owner, "POST", "/conversations", object{"kind": "group", "title": "Other", "members": []int64{w.anna.id}}).ID
	for _, call := range []struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		{"PATCH", fmt.Sprintf("/messages/%d", own.ID), object{"text": "changed"}, 404, "message.not_found"},
		{"DELETE", fmt.Sprintf("/messages/%d", own.ID), nil, 404, "message.not_found"},
		{"GET", fmt.Sprintf("/messages/%d", own.ID), nil, 404, "message.not_found"},
		{"GET", fmt.Sprintf("/entries/%d/receipt", own.ID), nil, 404, "entry.not_found"},
		{"GET", fmt.Sprintf("/files/%d", file), nil, 404, "file.not_found"},
		{"PATCH", fmt.Sprintf("/conversations/%d", w.group), object{"title": "Mine"}, 404, "conversation.not_found"},
		{"PATCH", fmt.Sprintf("/conversations/%d/members/%d", w.group, w.anna.id), object{"role": "admin"}, 404, "conversation.not_found"},
		{"DELETE", fmt.Sprintf("/conversations/%d/members/%d", w.group, w.marco.id), nil, 404, "conversation.not_found"},
		// Nor by carrying it elsewhere.
		{"POST", fmt.Sprintf("/conversations/%d/messages", to), object{"key": newKey(), "text": "x", "files": []int64{file}}, 404, "file.not_found"},
		{"POST", fmt.Sprintf("/conversations/%d/messages", to), object{"key": newKey(), "text": "x", "reply_to": other}, 422, "message.bad_reply"},
		{"GET", fmt.Sprintf("/search?q=needle&in=%d", w.group), nil, 200, ""},
	} {
		refused(t, w.anna, call.method, call.path, call.body, call.status, call.code)
	}
	if after := ask[me](t, w.anna, "GET", "/me", nil).Seq; after != before+1 { // the other group
		t.Errorf("%d entries were written", after-before-1)
	}
}

// TestNobodyGivesHimselfMoreByFieldsOfHisOwn: CVE-2024-8071, CVE-2024-4195 and
// CVE-2025-53971. Every call that takes a body is made with fields that would
// give a right if anybody believed them.
func TestNobodyGivesHimselfMoreByFieldsOfHisOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, at := start(t, dir, "--limits-address", "1000")
	e := build(t, dir, "acme", "", "Quixacme", 0, on(at))
	size := func() int64 { return ask[me](t, e.owner, "GET", "/me", nil).Seq }
	before, tried := size(), 0
	for _, o := range operations(t, e.owner) {
		if len(o.body.Properties) == 0 {
			continue
		}
		for field, value := range map[string]any{
			"role": "owner", "roles": []string{"owner"}, "is_admin": true, "admin": true, "permissions": []string{"company.manage"},
			"tenant": "beta", "tenant_id": "beta", "company": "beta", "owner_id": e.marco.id, "author": e.owner.id, "actor": e.owner.id,
			"person_id": e.owner.id, "id": 1, "seq": 1, "n": 1, "time": "2001-01-01T00:00:00Z", "deleted_at": nil, "deleted": nil,
			"first_n": 1, "read_n": 9, "imported": nil, "props": object{"role": "owner"}, "__proto__": object{"role": "owner"}, "$set": object{"role": "owner"},
		} {
			if _, takes := o.body.Properties[field]; takes {
				continue
			}
			body, _ := clone(recipes[o.id].body(e)).(map[string]any)
			body = maps.Clone(body)
			body[field] = value
			a := e.marco.call(t, o.method, o.with(o.own(e)), body)
			if a.status != 422 || a.code() != "request.invalid" {
				t.Errorf("%s with %s: %v", o.id, field, a)
			}
			tried++
		}
	}
	// What a call does take is not believed either.
	for path, body := range map[string]object{
		fmt.Sprintf("/people/%d", e.marco.id):                                          {"role": "owner"},
		fmt.Sprintf("/people/%d", e.owner.id):                                          {"active": false},
		fmt.Sprintf("/conversations/%d/members/%d", e.ids["conversation"], e.marco.id): {"role": "admin"},
	} {
		if a := e.marco.call(t, "PATCH", path, body); a.status != 403 {
			t.Errorf("%s: %v", path, a)
		}
	}
	if a := e.marco.call(t, "POST", "/invites", object{"role": "owner"}); a.status != 403 {
		t.Errorf("an invite for an owner: %v", a)
	}
	if after := size(); after != before || tried < 200 {
		t.Errorf("%d entries were written in %d tries", after-before, tried)
	}
}

// TestWhatCountsAndListsShowHidesWhatIsNotOnesOwn: S2.6. Somebody who is in
// none of the conversations cannot tell that there are any.
func TestWhatCountsAndListsShowHidesWhatIsNotOnesOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, at := start(t, dir, "--limits-address", "1000")
	e := build(t, dir, "acme", "", "Quixacme", 0, on(at))
	until(t, "the owner finds it", func() bool {
		return len(ask[struct{ Hits []object }](t, e.owner, "GET", "/search?q="+e.word, nil).Hits) > 0
	})
	for _, path := range []string{"/conversations", "/imports", "/devices", "/me/passkeys"} {
		if a := e.elsewhere.call(t, "GET", path, nil); strings.Contains(string(a.body), e.word) {
			t.Errorf("%s shows %v", path, a)
		}
	}
	nothing := "xyzzynothing"
	for _, form := range []string{
		"/search?q=%s", "/search?q=%s*", "/search?q=*%s*", "/search?q=-%s", "/search?q=%%22message+%s%%22", "/search?q=in:%s", "/search?q=e&in=%s",
		"/search?q=-in:%s", "/search?q=from:%s+e",
	} {
		is := e.elsewhere.call(t, "GET", fmt.Sprintf(form, e.word), nil)
		same(t, form, is, e.elsewhere.call(t, "GET", fmt.Sprintf(form, nothing), nil))
	}
	for _, ev := range ask[struct{ Events []frame }](t, e.elsewhere, "GET", "/sync?after=0", nil).Events {
		if ev.Conversation != 0 {
			t.Errorf("the sync tells of %s in conversation %d", ev.Kind, ev.Conversation)
		}
	}
	// Errors neither name nor count what is there.
	for _, id := range slices.Sorted(maps.Values(e.ids)) {
		for _, path := range []string{"/conversations/%d", "/messages/%d", "/files/%d", "/imports/%d"} {
			a := e.elsewhere.call(t, "GET", fmt.Sprintf(path, id), nil)
			same(t, path, a, e.elsewhere.call(t, "GET", fmt.Sprintf(path, 987654), nil))
		}
	}
}

// TestAFileIsSeenByWhoSeesItsMessageAndNobodyElse: S6.6. The right to a file is
// looked at each time that it is fetched.
func TestAFileIsSeenByWhoSeesItsMessageAndNobodyElse(t *testing.T) {
	t.Parallel()
	w := settle(t)
	late := w.c.join(t, "Luca Late")
	file, message := w.marco.sent(t, w.group, "the plan")
	path := fmt.Sprintf("/files/%d", file)
	if a := w.anna.call(t, "GET", path, nil); a.status != 200 || string(a.body) != "the plan" {
		t.Fatalf("a member: %v", a)
	}
	unsent := decoded[made](t, w.marco.call(t, "POST", "/files?name=draft", nil))
	if unsent.ID != 0 {
		t.Error("an empty file was taken")
	}
	a, err := w.marco.send(context.Background(), "POST", prefix+"/files?name=draft", "application/octet-stream", strings.NewReader("a draft"))
	if err != nil {
		t.Fatal(err)
	}
	draft := decoded[made](t, a).ID
	room := fmt.Sprintf("/conversations/%d/messages", w.group)
	refused(t, w.anna, "GET", fmt.Sprintf("/files/%d", draft), nil, 404, "file.not_found")
	refused(t, w.anna, "POST", room, object{"key": newKey(), "text": "x", "files": []int64{draft}}, 404, "file.not_found")

	// Who joins later sees neither the message nor its file, nor by asking for
	// a part of it, nor by sending it on.
	ask[struct{}](t, w.c.owner, "POST", fmt.Sprintf("/conversations/%d/members", w.group), object{"members": []int64{late.id}})
	refused(t, late, "GET", path, nil, 404, "file.not_found")
	refused(t, late, "POST", room, object{"key": newKey(), "text": "x", "files": []int64{file}}, 404, "file.not_found")
	for _, part := range []string{"bytes=0-0", "bytes=-1", "bytes=0-0,1-1,2-2", "bytes=999-", "bytes=x"} {
		ask, err := http.NewRequest("GET", "http://verbale.test"+prefix+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		ask.Header.Set("Range", part)
		late.identify(ask.Header)
		got, err := late.http.Do(ask)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != 404 {
			t.Errorf("the part %s: %d", part, got.StatusCode)
		}
	}
	// A file goes with its message; its owner keeps what he uploaded.
	ask[struct{}](t, w.marco, "DELETE", fmt.Sprintf("/messages/%d", message), nil)
	refused(t, w.anna, "GET", path, nil, 404, "file.not_found")
	if a := w.marco.call(t, "GET", path, nil); a.status != 200 {
		t.Errorf("whoever uploaded it: %v", a)
	}
}

// TestNoSecretIsKeptOrLogged: S7.6. What lets somebody in is on the disk as a
// hash alone, and in no log at any level.
func TestNoSecretIsKeptOrLogged(t *testing.T) {
	t.Parallel()
	w := settle(t)
	invite := secretOf(ask[struct{ URL string }](t, w.c.owner, "POST", "/invites", object{"uses": 2}).URL)
	link := secretOf(ask[struct{ URL string }](t, w.anna, "POST", "/links", nil).URL)
	const password, word = "correct horse battery", "canaryquix"
	ask[struct{}](t, w.anna, "PUT", "/me/password", object{"login": "anna", "password": password})
	nobody := w.c.person("")
	for _, body := range []object{{"login": "anna", "password": password}, {"login": "anna", "password": password + "!"}} {
		nobody.call(t, "POST", "/sign-in/password", body)
	}
	for _, secret := range []string{invite, link, invite + "x"} {
		nobody.call(t, "POST", "/joins/look", object{"secret": secret})
		nobody.call(t, "POST", "/joins", object{"secret": secret, "name": "Nina"})
	}
	w.anna.say(t, w.group, word)
	w.anna.call(t, "POST", fmt.Sprintf("/conversations/%d/messages", w.group), object{"key": word, "text": word})
	w.anna.call(t, "GET", "/search?q="+word, nil)
	w.server.end(t)

	secrets := map[string]string{"a password": password, "a message": word}
	for what, whole := range map[string]string{"an invite": invite, "a link": link, "a cookie": w.anna.token, "a token": w.c.owner.token} {
		secrets[what] = whole[strings.LastIndexAny(whole, "._")+1:]
	}
	for what, secret := range secrets {
		if len(secret) < 8 {
			t.Fatalf("%s is %q", what, secret)
		}
		if strings.Contains(w.server.log.String(), secret) {
			t.Errorf("%s is in the log", what)
		}
	}
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 && path != w.dir {
			t.Errorf("%s may be opened by others: %v", path, info.Mode())
		}
		if !d.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		for what, secret := range secrets {
			if strings.Contains(string(content), secret) {
				t.Errorf("%s is in %s", what, path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
