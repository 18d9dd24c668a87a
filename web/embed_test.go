package web

import (
	"io/fs"
	"strings"
	"testing"
)

func TestThereIsAlwaysAPage(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(FS(), "index.html")
	if err != nil || !strings.Contains(string(page), "Verbale") {
		t.Fatalf("no page of the client's: %v", err)
	}
}

func TestEveryInlineScriptHasAHash(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(FS(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	// A script with attributes but without src would be inline and unhashed.
	inline := 0
	for _, tag := range strings.Split(string(page), "<script")[1:] {
		if !strings.Contains(tag[:strings.Index(tag, ">")], "src=") {
			inline++
		}
	}
	if got := len(CSPHashes()); got != inline {
		t.Errorf("%d hashes for %d inline scripts; the policy would forbid the rest", got, inline)
	}
}
