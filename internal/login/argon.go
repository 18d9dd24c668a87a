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

// A hash costs 64 MiB and about 70 ms of one core: little for who signs in
// once, much for who tries words. The numbers are in each hash, so they can be
// raised without ado.
const (
	argonMemory = 64 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	saltLength  = 16
	hashLength  = 32
)

// computing bounds the memory and the cores that sign-ins take together.
var computing = make(chan struct{}, 2)

// nobody is the hash that a login unknown here is compared with, so that it
// takes as long as a known one. Nothing hashes to it.
var nobody = phc(argonMemory, argonTime, argonLanes, make([]byte, saltLength), make([]byte, hashLength))

func phc(memory, time uint32, lanes uint8, salt, sum []byte) string {
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, time, lanes, text(salt), text(sum))
}

// hashPassword makes the PHC string that is kept.
func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	sum, err := derive(ctx, password, salt, argonTime, argonMemory, argonLanes, hashLength)
	if err != nil {
		return "", err
	}
	return phc(argonMemory, argonTime, argonLanes, salt, sum), nil
}

// matches compares a password with a PHC string.
func matches(ctx context.Context, password, kept string) (bool, error) {
	var version int
	var memory, time uint32
	var lanes uint8
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errHash
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &lanes); err != nil || version != argon2.Version {
		return false, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) < 16 || len(want) > 64 || memory > 1<<20 || time < 1 || time > 16 || lanes < 1 {
		return false, errHash // bounded: a hash edited by hand must not eat the machine
	}
	got, err := derive(ctx, password, salt, time, memory, lanes, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

var errHash = errors.New("login: a kept password hash cannot be read")

func derive(ctx context.Context, password string, salt []byte, time, memory uint32, lanes uint8, length uint32) ([]byte, error) {
	select {
	case computing <- struct{}{}:
		defer func() { <-computing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, time, memory, lanes, length), nil
}
