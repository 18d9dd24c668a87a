package api

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOnlyWhatAnHonestClientSendsIsWellFormed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{"text":"ciao"}`:                                           true,
		`{"text":"\ud83d\ude00 \u00e8"}`:                            true,
		`{"text":"\\ud83d"}`:                                        true,
		`{"text":"\ud83d"}`:                                         false, // half a character
		`{"text":"\ude00\ud83d"}`:                                   false, // the halves swapped
		`{"text":"\u0000"}`:                                         false,
		"{\"text\":\"\xff\"}":                                       false,
		strings.Repeat("[", 32) + strings.Repeat("]", 32):           true,
		strings.Repeat("[", 33) + strings.Repeat("]", 33):           false,
		strings.Repeat("[", 100_000):                                false,
		`{"a":"` + strings.Repeat("[", 100_000) + `"}`:              true, // brackets in a text are text
		`{"a":"\"` + strings.Repeat("[", 40) + `"}`:                 true,
		strings.Repeat(`{"a":`, 100_000) + strings.Repeat("}", 100): false,
	} {
		if got := wellFormed([]byte(text)); got != want {
			t.Errorf("%.40q: %v", text, got)
		}
	}
}

// FuzzWellFormed: what passes is taken by the decoder with nothing replaced in
// it, or is no JSON at all.
func FuzzWellFormed(f *testing.F) {
	for _, seed := range []string{`{"a":"\ud83d\ude00"}`, `["\u00e8",{"b":[1,2]}]`, `"\ud83d"`, `"\u12`, `"\`, "\"\xff\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !wellFormed(text) {
			return
		}
		var v any
		if json.Unmarshal(text, &v) != nil {
			return
		}
		if s, ok := v.(string); ok && strings.ContainsRune(s, utf8.RuneError) && !strings.Contains(string(text), "\uFFFD") && !strings.Contains(strings.ToLower(string(text)), `\ufffd`) {
			t.Fatalf("%q lost a character: %q", text, s)
		}
	})
}

func TestAFieldThatStandsTwiceIsSeenHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{"uses":1,"role":"member"}`:               false,
		`{"uses":1,"uses":2}`:                      true,
		`{"uses":1,"USES":2}`:                      true,
		`{"uses":1,"u\u0073es":2}`:                 true,
		`{"uses":1,"u\u017fes":2}`:                 true, // the long s, which encoding/json takes for an s
		"{\"key\":1,\"\u212aey\":2}":               true, // the sign for kelvin
		`{"a":{"uses":1},"b":{"uses":2}}`:          false,
		`{"a":[{"uses":1},{"uses":2}],"uses":3}`:   false,
		`{"a":[{"b":{"uses":1,"x":[],"USES":2}}]}`: true,
	} {
		if got := repeats([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
