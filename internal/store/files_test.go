package store_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// assertNoWord looks through every file under a directory.
func assertNoWord(t testing.TB, dir, word string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(word)) {
			t.Errorf("%s holds %q in the clear", path, word)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
