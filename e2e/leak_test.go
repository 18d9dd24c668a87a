package e2e

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoWordOfAnotherCompanyIsEverReceived makes every call there is as people
// of a, with sockets open, while b goes about its work; and looks through all
// that came, through the log and through what is on the disk.
func TestNoWordOfAnotherCompanyIsEverReceived(t *testing.T) {
	bothWays(t, func(t *testing.T, w two) {
		sockets := map[*person]*socket{w.a.owner: w.a.owner.connect(t), w.a.marco: w.a.marco.connect(t)}
		received := map[string]string{}
		hear := func(from string, a answer) {
			received[from] += fmt.Sprint(a.header) + string(a.body)
		}

		// b works first, with everything that tells somebody something.
		own := w.b.marco.connect(t)
		for _, o := range w.calls {
			if o.method != "DELETE" && o.id != "undo-import" {
				a := o.make(t, w.b.owner, w.b, o.own(w.b))
				if o.method == "GET" && o.id != "live" && a.status != 200 {
					t.Errorf("b: %s: %v", o.id, a)
				}
			}
		}
		own.write(t, fmt.Sprintf(`{"type":"typing","conversation":%d}`, w.b.ids["conversation"]))
		last := w.b.owner.say(t, w.b.ids["conversation"], "last "+w.b.word)
		own.until(t, func(f frame) bool { return f.Seq == last.ID })

		for _, o := range w.calls {
			for _, by := range []*person{w.a.marco, w.a.owner} {
				if by == w.a.marco && o.method != "GET" {
					continue
				}
				a := o.make(t, by, w.a, o.own(w.a))
				hear(o.id, a)
				want := recipes[o.id].status
				if want == 0 && a.status/100 != 2 && by == w.a.owner || want != 0 && a.status != want {
					t.Errorf("a: %s: %v", o.id, a)
				}
			}
		}
		for _, q := range []string{w.b.word, strings.ToLower(w.b.word), w.b.word[:4] + "*", `"` + w.b.word + `"`, "message", "file"} {
			hits := ask[struct{ Hits []object }](t, w.a.marco, "GET", "/search?q="+strings.ReplaceAll(q, `"`, "%22"), nil)
			if strings.HasPrefix(strings.ToLower(q), "zyz") || strings.HasPrefix(q, `"`) {
				if len(hits.Hits) > 0 {
					t.Errorf("a finds b's word by %s: %v", q, hits.Hits)
				}
			}
			received["search "+q] = fmt.Sprint(hits)
		}
		for _, o := range w.calls { // once more, after all that was done
			if o.method == "GET" {
				hear(o.id+" again", o.make(t, w.a.marco, w.a, o.own(w.a)))
			}
		}
		for _, path := range []string{"/", "/healthz", "/readyz", "/metrics", "/manifest.webmanifest"} {
			a, err := w.a.marco.send(context.Background(), "GET", path, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			hear(path, a)
		}
		mine := w.a.marco.say(t, ask[made](t, w.a.marco, "POST", "/conversations", object{"kind": "group", "title": "End", "members": []int64{}}).ID, "end")
		heard := sockets[w.a.marco]
		for {
			data, ok := heard.raw(t)
			if !ok {
				t.Fatalf("the socket was closed with %d", heard.code)
			}
			received["socket"] += string(data)
			if strings.Contains(string(data), fmt.Sprintf(`"seq":%d,`, mine.ID)) {
				break
			}
		}
		for len(sockets[w.a.owner].frames) > 0 {
			received["socket of the owner"] += string(<-sockets[w.a.owner].frames)
		}

		for from, text := range received {
			if found := holds(text, w.b.word); found != "" {
				t.Errorf("%s gave a something of b's, %s: %.300s", from, found, around(text, found))
			}
		}
		for _, must := range []string{"sync", "list-people", "search", "export-conversation", "socket"} {
			if holds(received[must], w.a.word) == "" {
				t.Errorf("%s gave a nothing of its own, so the test sees nothing", must)
			}
		}
		backup := t.TempDir()
		if done := command(t, "backup", "--company", "alfa", "--to", filepath.Join(backup, "alfa.tar"), "--data", w.dir); done.status != 0 {
			t.Errorf("backup: %s", done.err)
		}
		mustNotBeOnDisk(t, backup, w.b.word)
		w.server.end(t)
		for _, word := range []string{w.a.word, w.b.word} {
			if found := holds(w.server.log.String(), word); found != "" {
				t.Errorf("the log has %s: %.500s", found, around(w.server.log.String(), found))
			}
		}
		mustNotBeOnDisk(t, filepath.Join(w.dir, "tenants", "alfa"), w.b.word)
		for _, said := range []string{"message ", "edited ", "deleted ", "the file's ", "first ", "password "} {
			mustNotBeOnDisk(t, w.dir, said+w.b.word)
		}
	})
}

// holds looks for a word in the forms in which it may travel, and gives the
// one that it found.
func holds(text, word string) string {
	low := strings.ToLower(text)
	for _, form := range []string{
		strings.ToLower(word), hex.EncodeToString([]byte(word)),
	} {
		if strings.Contains(low, form) {
			return form
		}
	}
	for shift := range 3 { // base64 has three ways to begin in the middle
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), word...))
		if core := encoded[4 : len(encoded)-4]; strings.Contains(text, core) {
			return core
		}
	}
	return ""
}

func around(text, found string) string {
	i := strings.Index(strings.ToLower(text), strings.ToLower(found))
	return text[max(0, i-150):min(len(text), max(0, i)+100)]
}

// mustNotBeOnDisk looks through every file below a directory.
func mustNotBeOnDisk(t *testing.T, dir, words string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		content, err := io.ReadAll(f)
		if strings.Contains(string(content), words) {
			t.Errorf("%s has %q in the clear", path, words)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
