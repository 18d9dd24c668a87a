package e2e

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// estate is a company that has one of everything, each with a word in it that
// no other company has.
type estate struct {
	*company
	word      string
	marco     *person // a member, by cookie
	elsewhere *person // a member who is in none of the conversations
	ids       map[string]int64
	link      string // a device link of the owner's, unused
	invite    string // an invite, unused
}

// exported is what somebody brings from WhatsApp.
func exported(word string) string {
	return "24/12/2025, 18:30 - Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them.\n" +
		"24/12/2025, 18:31 - Ann " + word + ": first " + word + "\n" +
		"24/12/2025, 18:32 - Ben " + word + ": second " + word + "\n" +
		"25/12/2025, 09:00 - Ann " + word + ": third " + word + "\n"
}

// build makes an estate. Ballast is how many messages are written first, so
// that its numbers are beyond those of another company.
func build(t testing.TB, dir, name, host, word string, ballast int, where func() string) *estate {
	t.Helper()
	e := &estate{company: found(t, dir, name, "Title "+word, host, where), word: word, ids: map[string]int64{}}
	e.marco, e.elsewhere = e.join(t, "Marco "+word), e.join(t, "Elsa "+word)
	filler := e.group(t, "Filler "+word)
	path := fmt.Sprintf("/conversations/%d/messages", filler)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range ballast / 8 {
				a, err := e.owner.try(context.Background(), "POST", path, object{"key": newKey(), "text": word})
				if err != nil || a.status != 200 {
					t.Errorf("ballast: %v %v", a, err)
					return
				}
			}
		})
	}
	all.Wait()

	e.ids["person"] = e.join(t, "Pia "+word).id
	e.ids["conversation"] = e.group(t, "Group "+word, e.marco)
	ask[made](t, e.owner, "POST", "/conversations", object{"kind": "direct", "members": []int64{e.marco.id}})
	file, err := e.owner.send(context.Background(), "POST", prefix+"/files?name="+url.QueryEscape(word+".txt"), "application/octet-stream", strings.NewReader("the file's "+word))
	if err != nil {
		t.Fatal(err)
	}
	e.ids["file"] = decoded[made](t, file).ID
	m := ask[posted](t, e.owner, "POST", fmt.Sprintf("/conversations/%d/messages", e.ids["conversation"]),
		object{"key": newKey(), "text": "message " + word, "files": []int64{e.ids["file"]}})
	e.ids["message"], e.ids["entry"] = m.ID, m.ID
	ask[object](t, e.owner, "PATCH", fmt.Sprintf("/messages/%d", m.ID), object{"text": "edited " + word})
	gone := e.marco.say(t, e.ids["conversation"], "deleted "+word)
	ask[object](t, e.marco, "DELETE", fmt.Sprintf("/messages/%d", gone.ID), nil)
	e.marco.say(t, e.ids["conversation"], "answer "+word)

	invite := ask[struct {
		ID  int64
		URL string
	}](t, e.owner, "POST", "/invites", object{"uses": 0})
	e.ids["invite"], e.invite = invite.ID, secretOf(invite.URL)
	e.link = secretOf(ask[struct{ URL string }](t, e.owner, "POST", "/links", nil).URL)
	e.ids["device"] = ask[made](t, e.owner, "POST", "/tokens", object{"name": "Token " + word}).ID
	ask[object](t, e.owner, "PUT", "/me/password", object{"login": "login." + strings.ToLower(word), "password": "password " + word})

	for i, id := range []string{"import", "other import"} {
		content := exported(word) + strings.Repeat("25/12/2025, 10:00 - Ann "+word+": more "+word+"\n", i)
		a, err := e.owner.send(context.Background(), "POST", prefix+"/imports?name="+url.QueryEscape("WhatsApp Chat with "+word+".txt"), "application/octet-stream", strings.NewReader(content))
		if err != nil || a.status != 200 {
			t.Fatalf("import: %v %v", a, err)
		}
		e.ids[id] = decoded[made](t, a).ID
	}
	ask[object](t, e.owner, "POST", fmt.Sprintf("/imports/%d/run", e.ids["import"]), e.mapping())
	until(t, "the import is done", func() bool {
		return ask[object](t, e.owner, "GET", fmt.Sprintf("/imports/%d", e.ids["import"]), nil)["state"] == "done"
	})
	e.ids["passkey"] = e.ids["message"] // any number of its own will do
	return e
}

func (e *estate) mapping() object {
	return object{"timezone": "Europe/Rome", "title": "Past " + e.word, "members": []int64{e.marco.id},
		"names": []object{{"name": "Ann " + e.word, "person": e.owner.id}, {"name": "Ben " + e.word, "contact": "Ben " + e.word}}}
}

func secretOf(link string) string { _, secret, _ := strings.Cut(link, "#"); return secret }

// whose says of what a path parameter is the number.
func (o operation) whose(param string) string {
	switch {
	case param == "person":
		return "person"
	case param == "number":
		return "entry"
	case param == "id":
		for part, kind := range map[string]string{
			"/conversations/": "conversation", "/messages/": "message", "/files/": "file", "/invites/": "invite",
			"/devices/": "device", "/people/": "person", "/me/passkeys/": "passkey", "/imports/": "import",
		} {
			if strings.HasPrefix(o.path, part) {
				return kind
			}
		}
	}
	return ""
}

// recipe says how a call is made so that it works.
type recipe struct {
	query  func(e *estate) string
	body   func(e *estate) any    // JSON
	upload func(e *estate) string // bytes
	status int                    // if not 200 or 204
}

// recipes are for every operation there is. Who adds an operation adds the way
// to call it; without one the tests of what a company may see would forget it.
var recipes = map[string]recipe{
	"hello":        {},
	"make-company": {body: fixed(object{"setup": "guess", "title": "Mine", "name": "Me"}), status: 403},
	"look-at-link": {body: func(e *estate) any { return object{"secret": e.invite} }},
	"join":         {body: func(e *estate) any { return object{"secret": e.invite, "name": "New " + e.word} }},
	"sign-in-password": {body: func(e *estate) any {
		return object{"login": "login." + strings.ToLower(e.word), "password": "password " + e.word}
	}},
	// Without TLS there are no passkeys.
	"begin-passkey-sign-in":  {status: 503},
	"finish-passkey-sign-in": {body: fixed(object{"ceremony": "none", "credential": object{}}), status: 503},

	"me":        {},
	"change-me": {body: func(e *estate) any { return object{"name": "Me " + e.word} }},
	"set-password": {body: func(e *estate) any {
		return object{"login": "login." + strings.ToLower(e.word), "password": "password " + e.word, "current": "password " + e.word}
	}},
	"list-passkeys":  {},
	"begin-passkey":  {status: 503},
	"finish-passkey": {body: fixed(object{"ceremony": "none", "name": "Key", "credential": object{}}), status: 503},
	"remove-passkey": {status: 404},
	"list-devices":   {},
	"end-device":     {},
	"sign-out":       {},
	"link-device":    {},
	"make-token":     {body: func(e *estate) any { return object{"name": "Further " + e.word} }},

	"list-people":   {},
	"change-person": {body: func(e *estate) any { return object{"name": "Renamed " + e.word} }},
	"list-invites":  {},
	"make-invite":   {body: fixed(object{"uses": 3, "expires_in": 3600, "role": "member"})},
	"revoke-invite": {},

	"list-conversations": {},
	"make-conversation": {body: func(e *estate) any {
		return object{"kind": "group", "title": "New " + e.word, "members": []int64{e.marco.id}}
	}},
	"get-conversation":    {},
	"rename-conversation": {body: func(e *estate) any { return object{"title": "Other " + e.word} }},
	"export-conversation": {},
	"list-members":        {},
	"add-members":         {body: func(e *estate) any { return object{"members": []int64{e.ids["person"]}, "history": true} }},
	"change-member":       {body: fixed(object{"role": "admin"})},
	"remove-member":       {},
	"mark-read":           {body: fixed(object{"n": 1})},
	"read-messages":       {query: func(*estate) string { return "?after=0&limit=100" }},
	"post-message": {body: func(e *estate) any {
		return object{"key": newKey(), "text": "said " + e.word, "reply_to": e.ids["message"], "files": []int64{e.ids["file"]}}
	}},
	"get-message":    {},
	"edit-message":   {body: func(e *estate) any { return object{"text": "again " + e.word} }},
	"delete-message": {},
	"search": {query: func(e *estate) string {
		return fmt.Sprintf("?q=%s&in=%d&from=%d", e.word, e.ids["conversation"], e.owner.id)
	}},
	"sync": {query: func(*estate) string { return "?after=0&limit=200" }},
	"live": {status: 426},

	"upload-file":   {query: func(e *estate) string { return "?name=" + e.word + ".bin" }, upload: func(e *estate) string { return "bytes " + e.word }},
	"download-file": {},

	"entry-receipt":       {},
	"register-key":        {},
	"register-checkpoint": {},
	"register-tile":       {},

	"list-imports":    {},
	"analyse-export":  {query: func(e *estate) string { return "?name=chat.txt" }, upload: func(e *estate) string { return exported(e.word) }},
	"get-import":      {},
	"compare-imports": {query: func(e *estate) string { return fmt.Sprintf("?with=%d", e.ids["other import"]) }},
	"run-import":      {body: func(e *estate) any { return e.mapping() }},
	"undo-import":     {},
}

func fixed(v any) func(*estate) any { return func(*estate) any { return v } }

// make makes a call by its recipe, with values in the path, as somebody.
func (o operation) make(t testing.TB, by *person, e *estate, values map[string]string) answer {
	t.Helper()
	r, known := recipes[o.id]
	if !known {
		t.Fatalf("there is no recipe for %s (%s %s)", o.id, o.method, o.path)
	}
	path := o.with(values)
	if r.query != nil {
		path += r.query(e)
	}
	if r.upload != nil {
		a, err := by.send(context.Background(), o.method, prefix+path, "application/octet-stream", strings.NewReader(r.upload(e)))
		if err != nil {
			t.Fatalf("%s: %v", o.id, err)
		}
		return a
	}
	var body any
	if r.body != nil {
		body = r.body(e)
	}
	return by.call(t, o.method, path, body)
}

// own are the values for a path from an estate's own things.
func (o operation) own(e *estate) map[string]string {
	values := map[string]string{}
	for _, param := range o.params {
		values[param] = fmt.Sprint(e.ids[o.whose(param)])
	}
	switch o.id {
	case "run-import": // the other one has been run
		values["id"] = fmt.Sprint(e.ids["other import"])
	case "register-tile":
		values["path"] = "0/000.p/20"
	case "change-member", "remove-member":
		values["person"] = fmt.Sprint(e.marco.id)
	}
	return values
}
