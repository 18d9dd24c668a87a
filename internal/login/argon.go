package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is what computing one hash takes. It is in each hash, so it can be
// raised without ado.
type cost struct {
	memory uint32 // KiB
	time   uint32
	lanes  uint8
}

// full is 64 MiB and about 70 ms of one core: little for who signs in once,
// much for who tries words.
var full = cost{memory: 64 << 10, time: 2, lanes: 1}

// price is what new hashes cost; tests make it less.
var price = full

const (
	saltLength = 16
	hashLength = 32
)

// computing bounds the memory and the cores that sign-ins take together.
var computing = make(chan struct{}, 2)

// nobody is the hash that a login unknown here is compared with, so that it
// takes as long as a known one. Nothing hashes to it.
func nobody() string { return phc(price, make([]byte, saltLength), make([]byte, hashLength)) }

// phc writes a hash in the customary form.
func phc(c cost, salt, sum []byte) string {
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.lanes, text(salt), text(sum))
}

// hashPassword makes the PHC string that is kept.
func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	sum, err := derive(ctx, password, salt, price, hashLength)
	if err != nil {
		return "", err
	}
	return phc(price, salt, sum), nil
}

// matches compares a password with a PHC string.
func matches(ctx context.Context, password, kept string) (bool, error) {
	var version int
	var c cost
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errHash
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &c.memory, &c.time, &c.lanes); err != nil || version != argon2.Version {
		return false, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) < 16 || len(want) > 64 || c.memory > 1<<20 || c.time < 1 || c.time > 16 || c.lanes < 1 {
		return false, errHash // bounded: a hash edited by hand must not eat the machine
	}
	got, err := derive(ctx, password, salt, c, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

var errHash = errors.New("login: a kept password hash cannot be read")

func derive(ctx context.Context, password string, salt []byte, c cost, length uint32) ([]byte, error) {
	select {
	case computing <- struct{}{}:
		defer func() { <-computing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.lanes, length), nil
}
