package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/wire"
)

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestListIsNeverNull(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		wire.OfConversations(nil), wire.OfMembers(nil), wire.OfPage(chat.Page{}).Messages, wire.OfPage(chat.Page{}).Notices,
		wire.OfMessage(chat.Message{}).Files, wire.OfConversation(chat.Conversation{}).MembersPreview,
		wire.OfInfo(chat.Info{}).Versions, wire.OfInfo(chat.Info{}).Read, wire.OfInfo(chat.Info{}).Delivered,
	} {
		if got := encode(t, v); got != "[]" {
			t.Errorf("%T is %s", v, got)
		}
	}
}

func TestTimesAreUTCWithMicroseconds(t *testing.T) {
	t.Parallel()
	if got := wire.Time(1_795_463_806_587_001); got != "2026-11-23T19:56:46.587001Z" {
		t.Error(got)
	}
	if got := wire.Time(1_795_463_806_000_000); got != "2026-11-23T19:56:46.000000Z" {
		t.Error(got)
	}
	if wire.MaybeTime(0) != nil || *wire.MaybeTime(1) != "1970-01-01T00:00:00.000001Z" {
		t.Error("a moment that has not come is not null")
	}
}

func TestWhatIsNotThereIsNull(t *testing.T) {
	t.Parallel()
	want := `{"id":7,"n":1,"conversation":3,"author":2,"time":"1970-01-01T00:00:00.000005Z","text":"ciao","reply_to":0,"edited":null,"deleted":null,"files":[],"imported":null}`
	if got := encode(t, wire.OfMessage(chat.Message{ID: 7, N: 1, Conversation: 3, Author: 2, Time: 5, Text: "ciao"})); got != want {
		t.Error(got)
	}
	full := encode(t, wire.OfMessage(chat.Message{Deleted: 9, DeletedBy: 4, Edited: 8, Imported: &chat.Imported{Import: 1, Name: "Anna", Line: 12}}))
	for _, part := range []string{`"deleted":{"by":4,`, `"imported":{"import":1,"name":"Anna","line":12}`, `"edited":"1970`} {
		if !strings.Contains(full, part) {
			t.Errorf("%s is not in %s", part, full)
		}
	}
}

func TestEventHasTheDataOfItsKind(t *testing.T) {
	t.Parallel()
	online := func(person int64) bool { return person == 2 }
	for want, ev := range map[string]chat.Event{
		`"data":{"message":{"id":7,`:               {Message: &chat.Message{ID: 7}},
		`"active":true,"online":true,`:             {Person: &org.Person{ID: 2, Active: true}},
		`"active":false,"online":false,`:           {Person: &org.Person{ID: 3}},
		`"data":{"title":"New"}`:                   {Data: json.RawMessage(`{"title":"New"}`)},
		`"subject":5,"data":{}}`:                   {Subject: 5}, // erased
		`"seq":9,"kind":"member.added","time":"19`: {Seq: 9, Kind: "member.added", Data: json.RawMessage(`{}`)},
	} {
		if got := encode(t, wire.OfEvent(ev, online)); !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}
