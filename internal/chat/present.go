package chat

import (
	"errors"

	"verbale/internal/org"
	"verbale/internal/store"
)

// Present turns an entry into the event that members, or for entries of no
// conversation everybody in the company, may see; it is nil for entries that
// are nobody's to see this way.
//
// Messages and people are given as they are now, not as they were: what has
// been deleted since is not handed out again by catching up.
func Present(tx *store.Tx, e store.Entry) (*Event, error) { return present(tx, e, nil) }

// PresentAll presents a run of entries without a gap, for an audience that
// sees most of it: the messages that they made are read in one query.
func PresentAll(tx *store.Tx, entries []store.Entry) ([]*Event, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	made, err := madeBy(tx, entries)
	if err != nil {
		return nil, err
	}
	out := make([]*Event, len(entries))
	for i, e := range entries {
		if out[i], err = present(tx, e, made); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// present takes messages from those that were read before, if it is there.
func present(tx *store.Tx, e store.Entry, made map[int64]*Message) (*Event, error) {
	ev := &Event{Seq: e.Seq, Time: e.Time, Kind: e.Kind, Actor: e.Actor, Conversation: e.Conversation, Subject: e.Subject}
	switch e.Kind {
	case KindPosted, KindImported, KindEdited, KindDeleted:
		id := e.Subject
		if e.Kind == KindPosted || e.Kind == KindImported {
			id = e.Seq
		}
		if ev.Message = made[id]; ev.Message == nil {
			m, err := Read(tx, id)
			if errors.Is(err, ErrNoMessage) {
				return nil, nil // an import that was undone
			}
			if err != nil {
				return nil, err
			}
			ev.Message = &m
		}
		ev.N = ev.Message.N
		return ev, nil
	case org.KindPersonAdded, org.KindPersonChanged:
		id := e.Subject
		if e.Kind == org.KindPersonAdded {
			id = e.Seq
		}
		p, err := org.ReadPerson(tx, id)
		if err != nil {
			return nil, err
		}
		ev.Person = &p
		return ev, nil
	case KindReadMarked, org.KindCompanyCreated:
		ev.Data = e.Body
		return ev, nil
	}
	if !notices[e.Kind] {
		return nil, nil
	}
	*ev = notice(e)
	return ev, nil
}
