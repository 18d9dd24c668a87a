package chat

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"verbale/internal/org"
	"verbale/internal/store"
)

// Draft is a message to be posted.
type Draft struct {
	Key          string // a UUID of the client's
	Conversation int64
	Text         string
	ReplyTo      int64
	Files        []int64
}

// Posted is where a message came to stand.
type Posted struct{ ID, N, Time int64 }

// Post posts a message. The same key again gives the first answer and writes
// nothing, so a client may repeat until it has been answered.
func Post(tx *store.Tx, by org.Actor, d Draft) (Posted, error) {
	p, err := newPosting(by, d)
	if err != nil {
		return Posted{}, err
	}
	var refused error
	err = postAll(tx, []*posting{p}, func(_ int, why error) { refused = why })
	return p.Posted, cmp.Or(err, refused)
}

// Send is Post in a command of its own, which is run together with those of
// others who post at the same time.
func Send(ctx context.Context, t *store.Tenant, by org.Actor, d Draft) (Posted, error) {
	p, err := newPosting(by, d)
	if err != nil {
		return Posted{}, err
	}
	err = posts.Write(ctx, t, p)
	return p.Posted, err
}

var posts = store.NewJoint(postAll)

func newPosting(by org.Actor, d Draft) (*posting, error) {
	if err := checkText(d.Text, len(d.Files)); err != nil {
		return nil, err
	}
	key, err := uuid.Parse(d.Key)
	if err != nil || len(d.Key) != 36 {
		return nil, ErrBadKey
	}
	return &posting{Draft: d, by: by, key: key}, nil
}
