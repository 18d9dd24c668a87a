package search

import (
	"encoding/base64"
	"encoding/binary"
	"math"

	"verbale/internal/problem"
	"verbale/internal/seal"
)

// ErrBadCursor is returned for a cursor that is not one of ours, or that
// belongs to another question or another person.
var ErrBadCursor = problem.New(problem.Invalid, "search.bad_cursor", "This page does not belong to this search. Start it again.")

// A cursor is the number of the last message given and a keyed hash of it, the
// asker and the question.
const cursorLength = 16

func sealCursor(keys *seal.Keyset, asker int64, q *Query, below int64) string {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, cursorLength), uint64(below))
	return base64.RawURLEncoding.EncodeToString(append(b, cursorHash(keys, asker, q, b)...))
}

func openCursor(keys *seal.Keyset, asker int64, q *Query, cursor string) (below int64, err error) {
	if cursor == "" {
		return math.MaxInt64, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != cursorLength || string(cursorHash(keys, asker, q, b[:8])) != string(b[8:]) {
		return 0, ErrBadCursor
	}
	return int64(binary.BigEndian.Uint64(b)), nil
}

func cursorHash(keys *seal.Keyset, asker int64, q *Query, below []byte) []byte {
	data := binary.BigEndian.AppendUint64(append([]byte{}, below...), uint64(asker))
	hash := keys.Hash("search cursor", append(data, q.print...))
	return hash[:8]
}
