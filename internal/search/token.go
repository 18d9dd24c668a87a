package search

import (
	"encoding/base32"

	"verbale/internal/seal"
)

// tokenLength is how much of a term's hash the index keeps: 50 bits, so that
// among a million terms one question in a thousand million meets a stranger.
// Since every hit is read before it is shown, even that is never seen.
const tokenLength = 10

var tokenAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// tokens turns terms into what the index holds.
type tokens struct {
	keys *seal.Keyset
	seen map[term]string // nil where it is not worth remembering
}

// tokensKept bounds the memory of an indexer: people use few words often.
const tokensKept = 50_000

func (t *tokens) of(one term) string {
	if token, ok := t.seen[one]; ok {
		return token
	}
	hash := t.keys.Token(string(rune(one.sort)) + one.word)
	token := tokenAlphabet.EncodeToString(hash[:])[:tokenLength]
	if t.seen != nil {
		if len(t.seen) >= tokensKept {
			clear(t.seen)
		}
		t.seen[one] = token
	}
	return token
}
