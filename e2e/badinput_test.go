package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// canary is in everything bad that is sent, and must not come back.
const canary = "Xylocanary"

var stableCode = regexp.MustCompile(`^[a-z_]+\.[a-z_]+(\.[a-z_]+)*$`)

// refusal wants a problem of RFC 9457 that repeats nothing.
func refusal(t *testing.T, what string, a answer) {
	t.Helper()
	var p struct {
		Type, Title, Detail, Code string
		Status                    int
	}
	switch err := json.Unmarshal(a.body, &p); {
	case a.status < 400 || a.status >= 500:
		t.Errorf("%s: answered %v", what, a)
	case a.header.Get("Content-Type") != "application/problem+json" || err != nil || p.Status != a.status || p.Type == "" || p.Title == "" || p.Detail == "":
		t.Errorf("%s: not a problem: %s %v", what, a.header.Get("Content-Type"), a)
	case !stableCode.MatchString(p.Code):
		t.Errorf("%s: the code is %q", what, p.Code)
	}
	if holds(string(a.body)+fmt.Sprint(a.header), canary) != "" {
		t.Errorf("%s: what was sent comes back: %v", what, a)
	}
}

// badBodies are bodies that no call may take, made from one that it takes. A
// field that has it is as good as any other to put something into.
func badBodies(valid map[string]any, s schema) map[string][]byte {
	bad := map[string][]byte{
		"nothing":              {},
		"not JSON":             []byte(canary),
		"half of it":           encode(valid)[:len(encode(valid))/2+1],
		"two of it":            append(encode(valid), encode(valid)...),
		"something behind it":  append(encode(valid), " "+canary...),
		"a list":               []byte(`["` + canary + `"]`),
		"a string":             []byte(`"` + canary + `"`),
		"a number":             []byte(`1`),
		"null":                 []byte(`null`),
		"100,000 levels":       []byte(strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)),
		"100,000 open lists":   bytes.Repeat([]byte("["), 100_000),
		"a million members":    []byte(`{"members":[1` + strings.Repeat(",1", 1_000_000) + `]}`),
		"invalid UTF-8":        bytes.Replace(encode(with(valid, "zzz", "\x00MARK\x00")), []byte("\\u0000MARK\\u0000"), []byte("\xff\xfe\xc0\xaf"), 1),
		"a lone surrogate":     bytes.Replace(encode(with(valid, "zzz", "\x00MARK\x00")), []byte("\\u0000MARK\\u0000"), []byte(`\ud83d`), 1),
		"a byte order mark":    append([]byte("\xef\xbb\xbf"), encode(valid)...),
		"UTF-16":               utf16(encode(valid)),
		"10 MB":                encode(with(valid, "zzz", strings.Repeat("x", 10<<20))),
		"an unknown field":     encode(with(valid, canary, 1)),
		"a field in capitals":  encode(with(valid, "NAME", canary)),
		"a field called proto": []byte(`{"__proto__":{"role":"owner"},` + string(encode(valid)[1:])),
	}
	for _, name := range []string{"id", "role", "is_admin", "tenant", "tenant_id", "owner_id", "author", "actor", "deleted_at", "time", "n", "props", "device", "permissions"} {
		if _, known := s.Properties[name]; !known {
			bad["the field "+name+" besides"] = encode(with(valid, name, 1))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		if property.Type == nil {
			continue // a credential: any JSON
		}
		_, there := valid[name]
		raw := func(label, text string) {
			bad[fmt.Sprintf("%s is %s", name, label)] = bytes.Replace(encode(with(valid, name, "MARK")), []byte(`"MARK"`), []byte(text), 1)
		}
		raw("NaN", "NaN")
		raw("Infinity", "-Infinity")
		raw("an object", `{"`+canary+`":1}`)
		raw("with an escape that is none", `"\q"`)
		raw("half a pair", `"`+canary+`\udc00"`)
		raw("bytes", "\"\x80\x80\"")
		raw("a NUL", `"`+canary+`\u0000"`)
		if !property.is("number") && !property.is("integer") {
			raw("a number", "17")
			raw("a huge number", "1e999")
		}
		if !property.is("boolean") {
			raw("a truth", "true")
		}
		if !property.is("array") {
			raw("a list", `["`+canary+`"]`)
		}
		if !property.is("string") {
			raw("a string", `"`+canary+`"`)
		}
		if property.is("integer") {
			raw("a broken number", "1.5")
			raw("a number beyond all", "1e999")
			raw("a number beyond 64 bits", "99999999999999999999999")
			raw("negative", "-1")
		}
		if property.is("array") {
			raw("a list of other things", `[{"a":1},"`+canary+`",null]`)
			raw("a list of numbers beyond all", `[1e400]`)
		}
		if len(property.Enum) > 0 {
			raw("none of those allowed", `"`+canary+`"`)
		}
		if there && property.is("string") {
			raw("twice", string(encode(valid[name]))+`,"`+name+`":"`+canary+`"`)
		}
	}
	for _, name := range s.Required {
		without := maps.Clone(valid)
		delete(without, name)
		bad["without "+name] = encode(without)
		if s.Properties[name].Type != nil {
			bad[name+" is null"] = encode(with(valid, name, nil))
		}
	}
	return bad
}

func encode(v any) []byte {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return encoded
}

func with(valid map[string]any, name string, value any) map[string]any {
	out := maps.Clone(valid)
	out[name] = value
	return out
}

func utf16(text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, b := range text {
		out = append(out, b, 0)
	}
	return out
}

// TestNoBadBodyIsTakenWrittenOrRepeated sends bad bodies to every call that
// takes a body, as the OpenAPI document has them.
func TestNoBadBodyIsTakenWrittenOrRepeated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, at := start(t, dir, "--limits-address", "100000")
	e := build(t, dir, "acme", "", "Quixalfa", 0, on(at))
	size := func() int64 { return ask[me](t, e.owner, "GET", "/me", nil).Seq }
	marksEntered(t, e.owner, e.ids["conversation"])
	sent := 0
	for _, o := range operations(t, e.owner) {
		r := recipes[o.id]
		if r.body == nil {
			continue
		}
		path := prefix + o.with(o.own(e))
		valid := clone(r.body(e)).(map[string]any)
		post := func(what, contentType string, body []byte) {
			a, err := e.owner.send(context.Background(), o.method, path, contentType, bytes.NewReader(body))
			if err != nil {
				t.Errorf("%s, %s: %v", o.id, what, err)
				return
			}
			refusal(t, o.id+", "+what, a)
			sent++
		}
		before := size()
		for what, body := range badBodies(valid, o.body) {
			post(what, "application/json", body)
		}
		for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/cbor", "application/json, text/html", canary} {
			post("as "+contentType, contentType, encode(valid))
		}
		if written := size() - before - marksSince(t, e.owner, before); written != 0 {
			t.Errorf("%s: %d entries were written", o.id, written)
		}
	}
	if holds(s.log.String(), canary) != "" {
		t.Errorf("the log repeats what was sent: %.300s", around(s.log.String(), canary))
	}
	t.Logf("%d bad bodies", sent)
	if sent < 500 {
		t.Error("that is too few")
	}
}

// marksSince counts the bursts of marks entered after a number: they come when
// they come.
func marksSince(t testing.TB, p *person, after int64) (bursts int64) {
	t.Helper()
	for _, f := range ask[struct{ Events []frame }](t, p, "GET", fmt.Sprintf("/sync?after=%d&limit=200", after), nil).Events {
		if f.Kind == "read.marked" {
			bursts++
		}
	}
	return bursts
}

// marksEntered waits until what was read in conversations has been entered into
// the register, which goes on by itself some seconds after it was written.
func marksEntered(t testing.TB, p *person, conversations ...int64) {
	t.Helper()
	until(t, "the marks are entered", func() bool {
		entered := map[int64]bool{}
		for _, f := range ask[struct{ Events []frame }](t, p, "GET", "/sync?after=0&limit=200", nil).Events {
			if f.Kind == "read.marked" {
				entered[f.Conversation] = true
			}
		}
		for _, c := range conversations {
			if !entered[c] {
				return false
			}
		}
		return true
	})
}
