package chat

import (
	"encoding/json"

	"verbale/internal/org"
	"verbale/internal/store"
)

// Event is one entry as its readers see it.
type Event struct {
	Seq          int64
	Time         int64
	Kind         string
	Actor        int64
	Conversation int64
	Subject      int64

	Message *Message        // of message events: the message as it is now
	Person  *org.Person     // of person events: the person as they are now
	Data    json.RawMessage // of all others: the entry's body
	N       int64           // of message events: whoever sees from a later n on does not see this
}

// notices are the kinds that are shown between messages.
var notices = map[string]bool{
	KindConversationCreated: true, KindConversationRenamed: true, KindMemberAdded: true,
	KindMemberRemoved: true, KindMemberRole: true, KindImportDone: true, KindImportUndone: true,
}

// notice is the event of a notice's entry.
func notice(e store.Entry) Event {
	ev := Event{Seq: e.Seq, Time: e.Time, Kind: e.Kind, Actor: e.Actor, Conversation: e.Conversation, Subject: e.Subject, Data: e.Body}
	if e.Kind == KindConversationCreated {
		ev.Conversation = e.Seq
	}
	return ev
}

// Synced is a page of what came after a number.
type Synced struct {
	Events []Event
	Seq    int64 // up to here nothing is missing
	More   bool
}

// maxScan bounds how many entries one page of a sync looks through.
const maxScan = 2000

// Sync gives what a person may see of what came after a number. Seq goes on
// even when nothing in between is theirs.
func Sync(tx *store.Tx, person, after int64, limit int) (s Synced, err error) {
	if after < 0 || limit < 1 || limit > MaxPage {
		return s, ErrBadPage
	}
	if err := org.May(tx, person, org.PeopleRead); err != nil {
		return s, err
	}
	s.Events, s.Seq = []Event{}, after
	entries, err := tx.Entries(after, maxScan)
	if err != nil {
		return s, err
	}
	seats, err := seatsOf(tx, person)
	if err != nil {
		return s, err
	}
	for _, e := range entries {
		// What is not theirs is not looked at: it costs nothing, and how long
		// the answer takes says nothing of it.
		if !near(seats, person, e) {
			s.Seq = e.Seq
			continue
		}
		ev, err := Present(tx, e)
		if err != nil {
			return s, err
		}
		if ev != nil && Sees(seats, person, *ev) {
			if len(s.Events) == limit {
				s.More = true
				return s, nil
			}
			s.Events = append(s.Events, *ev)
		}
		s.Seq = e.Seq
	}
	s.More = len(entries) == maxScan
	return s, nil
}

// seatsOf gives a person's place in each of their conversations.
func seatsOf(tx *store.Tx, person int64) (map[int64]Seat, error) {
	rows, err := tx.Query(`SELECT conversation, first_n, `+since+` FROM member WHERE person = ?`, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]Seat{}
	for rows.Next() {
		var c int64
		s := Seat{Person: person}
		if err := rows.Scan(&c, &s.FirstN, &s.Since); err != nil {
			return nil, err
		}
		out[c] = s
	}
	return out, rows.Err()
}

// near rules out most of what Sees would refuse, by the entry's header alone.
func near(seats map[int64]Seat, person int64, e store.Entry) bool {
	_, in := seats[e.Conversation]
	return in || e.Conversation == 0 || e.Kind == KindMemberRemoved && e.Subject == person
}

// Sees decides whether an event is shown to a person with these seats, by
// conversation. Whoever is taken out of a conversation still learns of that.
func Sees(seats map[int64]Seat, person int64, ev Event) bool {
	if ev.Conversation == 0 || ev.Kind == KindMemberRemoved && ev.Subject == person {
		return true
	}
	seat, in := seats[ev.Conversation]
	return in && seat.Sees(ev)
}
