package login

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

var encoding = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// newSecret draws a secret: 32 characters that are hard to confuse.
func newSecret() string {
	var b [20]byte
	rand.Read(b[:])
	return encoding.EncodeToString(b[:])
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// commitment stands for a secret, or for a password's hash, in the entry that
// made it: by it the audit sees that what is kept is still the same, and nobody
// can find out or try anything with it.
func commitment(kept []byte) string {
	sum := sha256.Sum256(append([]byte("verbale-secret/1\n"), kept...))
	return hex.EncodeToString(sum[:])
}

// TokenPrefix marks an API token, so that a leaked one is recognised by
// scanners and by people.
const TokenPrefix = "verbale_"

// Token is what an API client sends: it names the company and holds the secret.
func Token(company, secret string) string { return TokenPrefix + company + "_" + secret }

// LinkSecret is what a link carries in its fragment, and what the cookie holds.
func LinkSecret(company, secret string) string { return company + "." + secret }

// SplitToken takes a token or a link's secret apart; company is empty if it is
// neither. It says nothing about whether the secret is good.
func SplitToken(s string) (company, secret string) {
	if rest, ok := strings.CutPrefix(s, TokenPrefix); ok {
		if i := strings.LastIndexByte(rest, '_'); i > 0 {
			return rest[:i], rest[i+1:]
		}
		return "", ""
	}
	company, secret, ok := strings.Cut(s, ".")
	if !ok {
		return "", ""
	}
	return company, secret
}
