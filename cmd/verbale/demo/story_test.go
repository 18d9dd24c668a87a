package demo

import (
	"reflect"
	"strings"
	"testing"
)

func make1(t *testing.T, o Options) Story {
	t.Helper()
	s, err := Make(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSameSeedMakesTheSameStoryAndAnotherAnother(t *testing.T) {
	t.Parallel()
	a, b := make1(t, Options{Seed: 1, Messages: 2000}), make1(t, Options{Seed: 1, Messages: 2000})
	if !reflect.DeepEqual(a, b) {
		t.Error("one seed has made two stories")
	}
	if reflect.DeepEqual(a, make1(t, Options{Seed: 2, Messages: 2000})) {
		t.Error("two seeds have made one story")
	}
}

func TestTheStoryIsOfTheSizeThatWasAskedFor(t *testing.T) {
	t.Parallel()
	for _, messages := range []int{1000, 20_000} {
		s := make1(t, Options{Seed: 7, Messages: messages})
		said := 0
		for _, a := range s.Acts {
			if a.Kind == Say {
				said++
			}
		}
		if said < messages*8/10 || said > messages*12/10 {
			t.Errorf("%d messages were asked for, %d made", messages, said)
		}
	}
	if s := make1(t, Options{Seed: 7}); len(s.People) != 60 {
		t.Errorf("%d people", len(s.People))
	}
}

// Nobody speaks before arriving, after leaving, or where he is not; nothing is
// answered, edited or deleted that was not said.
func TestNothingHappensBeforeWhatItStandsOn(t *testing.T) {
	t.Parallel()
	s := make1(t, Options{Seed: 3, Messages: 5000})
	here, in, said := map[int]bool{0: true}, map[int]map[int]bool{}, map[int]Act{}
	last := s.Acts[0].At
	for i, a := range s.Acts {
		if a.At.Before(last) {
			t.Fatalf("act %d is before the one before it", i)
		}
		last = a.At
		if a.Kind == Arrive {
			here[a.Who] = true
		}
		if !here[a.Who] {
			t.Fatalf("act %d: %s is not here", i, s.People[a.Who].Name)
		}
		switch a.Kind {
		case Leave:
			here[a.Who] = false
		case Start:
			in[a.Conversation] = map[int]bool{a.Who: true}
			for _, m := range a.Members {
				in[a.Conversation][m] = true
			}
			if a.Group == (a.Title == "") || !a.Group && len(a.Members) != 1 {
				t.Errorf("act %d starts what is neither a group nor a pair", i)
			}
		case Add:
			for _, m := range a.Members {
				in[a.Conversation][m] = true
			}
		case Say:
			if !in[a.Conversation][a.Who] {
				t.Fatalf("act %d: %s is not in conversation %d", i, s.People[a.Who].Name, a.Conversation)
			}
			if before, ok := said[a.ReplyTo]; a.ReplyTo != 0 && (!ok || before.Conversation != a.Conversation) {
				t.Fatalf("act %d answers what was not said there", i)
			}
			if a.Text == "" || strings.ContainsAny(a.Text, "{}|") {
				t.Fatalf("act %d has an unfilled text: %q", i, a.Text)
			}
			said[a.Message] = a
		case Edit, Delete:
			if said[a.Message].Who != a.Who || said[a.Message].Text == "" {
				t.Fatalf("act %d changes what was not said by its actor", i)
			}
		}
	}
}

func TestTheStoryHasAllThatHappensInACompany(t *testing.T) {
	t.Parallel()
	s := make1(t, Options{Seed: 1})
	kinds, replies, languages, titles := map[Kind]int{}, 0, map[string]int{}, 0
	for _, a := range s.Acts {
		kinds[a.Kind]++
		if a.ReplyTo != 0 {
			replies++
		}
		if a.Kind == Say {
			languages[s.People[a.Who].Language]++
		}
		if a.Kind == Start && a.Group {
			titles++
		}
	}
	for kind := Arrive; kind <= Look; kind++ {
		if kinds[kind] == 0 {
			t.Errorf("nothing of kind %d happens", kind)
		}
	}
	if replies < 500 || languages["it"] < 5000 || languages["en"] < 3000 || titles < 30 || kinds[Start] < 70 {
		t.Errorf("%d replies, %v messages, %d groups, %d conversations", replies, languages, titles, kinds[Start])
	}
}

func TestADialogueWithAMistakeIsRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"A: no topic", "@ x\nD: who", "@ x\nA hello", "@ x\nhello"} {
		if _, err := parseDialogues(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	for _, group := range groups {
		text := italian
		if group.language == "en" {
			text = english
		}
		all, err := parseDialogues(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, topic := range strings.Fields(group.topics) {
			if len(about(all, []string{topic})) == 0 {
				t.Errorf("nobody ever talks about %q in %q", topic, group.title)
			}
		}
	}
}
