package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFileIsJudgedInSentencesAndByTheExitStatus(t *testing.T) {
	t.Parallel()
	const good = `{"op":"send","client":"anna","person":7,"conversation":5,"key":"k","text":"h"}
{"op":"acked","client":"anna","key":"k","id":9,"n":1}
{"op":"final","client":"bo","conversation":5,"messages":[{"id":9,"n":1,"author":7,"text":"h"}]}
`
	for _, c := range []struct {
		name, file, says string
		status           int
	}{
		{"good", good, "Every promise was kept.", 0},
		{"lost", strings.Replace(good, `"messages":[{"id":9,"n":1,"author":7,"text":"h"}]`, `"from":1`, 1), "BROKEN (lost): What was acknowledged as message 9 (n 1 of conversation 5) is not there at the end.", 1},
		{"not a history", "{}", `There is no operation "".`, 1},
		{"not JSON", "hello", "record 1 cannot be read", 2},
	} {
		name := filepath.Join(t.TempDir(), "h.jsonl")
		if err := os.WriteFile(name, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		if status := run([]string{name}, &said, &said); status != c.status || !strings.Contains(said.String(), c.says) {
			t.Errorf("%s: status %d: %s", c.name, status, said.String())
		}
	}
}
