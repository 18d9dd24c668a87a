package live

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"ping"}`, `{"type":"typing","conversation":7}`, `{"type":"mark","conversation":7,"delivered":41,"read":40}`,
		`{"type":"post","ref":1,"key":"01234567-89ab-7def-8000-000000000000","conversation":7,"text":"ciao \ud83d\ude00","reply_to":3,"files":[1,2]}`,
		`{"type":"post","ref":-1.5e3,"conversation":7,"text":"\ud83d","key":"\\u"}`, `{"type":"ping"`, `[[[[[[`, "\xff", `{"TYPE":"ping"}`, `"\`, `"\u`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := decode(data)
		if err != nil {
			return
		}
		if len(data) > maxFrame || !utf8.Valid(data) || !json.Valid(data) {
			t.Fatalf("accepted %q", data)
		}
		// What is accepted means the same when it is written again.
		encoded, err := json.Marshal(in)
		if err != nil {
			t.Fatalf("%q cannot be written again: %v", data, err)
		}
		var again incoming
		if err := json.Unmarshal(encoded, &again); err != nil {
			t.Fatal(err)
		}
		if again.Text != in.Text || again.Conversation != in.Conversation || again.Type != in.Type {
			t.Fatalf("%q became %q", data, encoded)
		}
		if !in.broken && strings.Count(in.Text, "\uFFFD") > strings.Count(string(data), "\uFFFD")+strings.Count(strings.ToLower(string(data)), `\ufffd`) {
			t.Fatalf("a half of a character in %q went unseen", data)
		}
	})
}

func TestHalfACharacterIsSeenWhereverItStands(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`"\ud83d\ude00"`: false, `"\uD83D\uDE00x"`: false, `"\ud83d"`: true, `"\ude00"`: true, `"\ud83dx\ude00"`: true,
		`"\ude00\ud83d"`: true, `"\ud83d\ud83d\ude00"`: true, `"\\ud83d"`: false, `"\\\ud83d"`: true, `"\u00e9"`: false, `"\ud83d\ude00\ude00"`: true,
	} {
		if _, got := scan([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
