package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"
)

// chat is a conversation while the story is made.
type chat struct {
	number   int
	group    bool
	title    string
	language string
	start    time.Time
	members  []int // places in Story.People, the starter first
	fitting  []dialogue
	busy     float64 // threads a working day
}

// writer makes a story.
type writer struct {
	rng      *rand.Rand
	story    *Story
	chats    []*chat
	begin    time.Time
	until    time.Time
	messages int
}

// Make makes the story.
func Make(o Options) (Story, error) {
	if o.Until.IsZero() {
		o.Until = Until
	}
	if o.Messages == 0 {
		o.Messages = 20_000
	}
	w := &writer{
		rng: rand.New(rand.NewPCG(o.Seed, 0x5eed)), story: &Story{Name: "bianchi", Title: "Bianchi Costruzioni S.p.A."},
		until: o.Until,
	}
	first := o.Until.In(zone).AddDate(-1, 0, 1)
	w.begin = time.Date(first.Year(), first.Month(), first.Day(), 6, 0, 0, 0, zone)
	w.people()
	if err := w.conversations(); err != nil {
		return Story{}, err
	}
	w.pace(o.Messages)
	for day := w.begin; day.Before(w.until); day = day.AddDate(0, 0, 1) {
		w.day(day)
	}
	w.looks()
	w.rarities()
	// Stable: what has one time stays in the order in which it was written.
	sort.SliceStable(w.story.Acts, func(i, j int) bool { return w.story.Acts[i].At.Before(w.story.Acts[j].At) })
	w.story.Acts = slices.DeleteFunc(w.story.Acts, func(a Act) bool { return a.At.After(w.until) })
	w.renumber()
	return *w.story, nil
}

func (w *writer) act(a Act) { w.story.Acts = append(w.story.Acts, a) }

// people come on the first day, all but the last of some teams, who are hired
// through the year.
func (w *writer) people() {
	for i, r := range roster {
		from := w.begin.Add(time.Duration(i) * 7 * time.Minute)
		if i%9 == 8 {
			from = w.morning(w.begin.AddDate(0, 1+i/9, i%5))
		}
		language := "it"
		if strings.HasPrefix(r.team, "uk") {
			language = "en"
		}
		w.story.People = append(w.story.People, Person{Name: r.name, Role: r.role, Language: language, Team: r.team, From: from})
		if i > 0 {
			w.act(Act{At: from, Kind: Arrive, Who: i})
		}
	}
}

func (w *writer) morning(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 8, 10, 0, 0, zone)
}

// conversations start the groups and the one-to-one ones. Whoever is hired
// later is added to the groups of the team on the first morning.
func (w *writer) conversations() error {
	it, err := parseDialogues(italian)
	if err != nil {
		return fmt.Errorf("dialogues_it.txt: %w", err)
	}
	en, err := parseDialogues(english)
	if err != nil {
		return fmt.Errorf("dialogues_en.txt: %w", err)
	}
	opened := w.begin.Add(8 * time.Hour)
	for _, g := range groups {
		all := it
		if g.language == "en" {
			all = en
		}
		c := &chat{number: len(w.chats), group: true, title: g.title, language: g.language, members: w.team(g.teams, g.language), busy: float64(g.busy) / 100, fitting: about(all, strings.Fields(g.topics))}
		c.start = opened.AddDate(0, g.month, 0).Add(time.Duration(len(w.chats)) * time.Minute)
		w.start(c)
	}
	pairs := map[[2]int]bool{}
	for len(pairs) < directs {
		a, b := w.rng.IntN(len(w.story.People)), w.rng.IntN(len(w.story.People))
		// Elena, who is looked over the shoulder of, talks to many.
		if len(pairs) < 9 {
			a = 0
		}
		p, q := w.story.People[a], w.story.People[b]
		if a == b || pairs[[2]int{min(a, b), max(a, b)}] || p.Language != q.Language && a != 0 {
			continue
		}
		pairs[[2]int{min(a, b), max(a, b)}] = true
		all, topic := it, "diretto"
		if q.Language == "en" {
			all, topic = en, "direct"
		}
		c := &chat{number: len(w.chats), language: q.Language, members: []int{a, b}, busy: 0.15 + w.rng.Float64()*0.35, fitting: about(all, []string{topic})}
		c.start = opened.AddDate(0, 0, w.rng.IntN(300))
		if later := maxTime(p.From, q.From); c.start.Before(later) {
			c.start = later.Add(time.Hour)
		}
		w.start(c)
	}
	return nil
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (w *writer) start(c *chat) {
	w.chats = append(w.chats, c)
	var now []int
	for _, m := range c.members {
		if from := w.story.People[m].From; from.Before(c.start) {
			now = append(now, m)
		} else if c.group {
			w.act(Act{At: from.Add(9 * time.Minute), Kind: Add, Who: c.members[0], Conversation: c.number, Members: []int{m}, History: c.number%2 == 0})
		}
	}
	w.act(Act{At: c.start, Kind: Start, Who: c.members[0], Conversation: c.number, Group: c.group, Title: c.title, Members: now[1:]})
}

// team gives the people of teams, and whose house it is: the owner, and in
// English the head of the British branch. Somebody of the team who was there on
// the first day comes first.
func (w *writer) team(teams, language string) []int {
	var found []int
	for i, p := range w.story.People {
		for _, team := range strings.Fields(teams) {
			if team == "*" || p.Team == team || strings.HasPrefix(p.Team, team+"-") {
				found = append(found, i)
				break
			}
		}
	}
	first := slices.IndexFunc(found, func(i int) bool { return w.story.People[i].From.Before(w.begin.Add(8 * time.Hour)) })
	found[0], found[first] = found[first], found[0]
	heads := []int{0}
	if language == "en" {
		heads = append(heads, slices.IndexFunc(w.story.People, func(p Person) bool { return p.Team == "uk" }))
	}
	for _, head := range heads {
		if !slices.Contains(found, head) {
			found = append(found, head)
		}
	}
	return found
}

// pace scales how busy the conversations are, so that the story has about as
// many messages as asked for.
func (w *writer) pace(messages int) {
	expected := 0.0
	for _, c := range w.chats {
		length := 0.0
		for _, d := range c.fitting {
			length += float64(len(d.lines))
		}
		days := w.until.Sub(c.start).Hours() / 24 * 5 / 7
		expected += c.busy * days * (length/float64(len(c.fitting)) + aside)
	}
	for _, c := range w.chats {
		c.busy *= float64(messages) / expected
	}
}

// aside is how many short words follow a dialogue, on average.
const aside = 0.3

var asides = map[string][]string{
	"it": {"👍", "ok", "Grazie!", "Ricevuto", "perfetto", "🙏", "Ok, a dopo", "Chiaro.", "😂", "👏👏"},
	"en": {"👍", "ok", "Thanks!", "Got it", "perfect", "🙏", "Will do", "Sounds good.", "😂", "👏👏"},
}

// day writes what is said on one day.
func (w *writer) day(day time.Time) {
	share := 1.0
	switch {
	case day.Weekday() == time.Saturday:
		share = 0.06
	case day.Weekday() == time.Sunday:
		share = 0.02
	case day.Month() == time.August && day.Day() >= 10 && day.Day() <= 21,
		day.Month() == time.December && day.Day() >= 24, day.Month() == time.January && day.Day() <= 6:
		share = 0.12
	}
	for _, c := range w.chats {
		for expected := c.busy * share; expected > 0; expected-- {
			if w.rng.Float64() < expected {
				w.thread(c, w.morning(day).Add(time.Duration(w.rng.IntN(9*3600))*time.Second))
			}
		}
	}
}

// thread writes one dialogue.
func (w *writer) thread(c *chat, at time.Time) {
	var present []int
	for _, m := range c.members {
		if at.After(w.story.People[m].From.Add(time.Hour)) {
			present = append(present, m)
		}
	}
	d := c.fitting[w.rng.IntN(len(c.fitting))]
	if at.Before(c.start.Add(time.Minute)) || len(present) < d.speakers() {
		return
	}
	w.rng.Shuffle(len(present), func(i, j int) { present[i], present[j] = present[j], present[i] })
	f := &filler{rng: w.rng, at: at, filled: map[string]string{}}
	for i, name := range []string{"A", "B", "C"} {
		if i < len(present) {
			f.filled[name] = firstName(w.story.People[present[i]].Name)
		}
	}
	version := w.rng.IntN(d.versions())
	before := 0
	for _, l := range d.lines {
		text, better, _ := strings.Cut(f.fill(l.version(version)), " => ")
		said := w.say(c, at, present[l.speaker], text, 0)
		last := &w.story.Acts[len(w.story.Acts)-1]
		switch l.mark {
		case '>':
			last.ReplyTo = before
		case '~':
			w.act(Act{At: at.Add(80 * time.Second), Kind: Edit, Who: present[l.speaker], Message: said, Text: better})
		case '-':
			w.act(Act{At: at.Add(50 * time.Second), Kind: Delete, Who: present[l.speaker], Message: said})
		}
		before = said
		// Most answer within a few minutes, some after an hour.
		gap := 15 + w.rng.IntN(200)
		if w.rng.IntN(6) == 0 {
			gap += w.rng.IntN(3600)
		}
		at = at.Add(time.Duration(gap)*time.Second + time.Duration(w.rng.IntN(1e6))*time.Microsecond)
	}
	if w.rng.Float64() < aside && len(present) > 1 {
		who := present[len(present)-1]
		list := asides[c.language]
		w.say(c, at, who, list[w.rng.IntN(len(list))], 0)
	}
}

func (w *writer) say(c *chat, at time.Time, who int, text string, replyTo int) int {
	w.messages++
	w.act(Act{At: at, Kind: Say, Who: who, Conversation: c.number, Message: w.messages, ReplyTo: replyTo, Text: text})
	return w.messages
}

func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// looks has people read what came: every evening, and on the last day some at
// noon and some not at all, so that there is something unread.
func (w *writer) looks() {
	for day := w.begin; day.Before(w.until); day = day.AddDate(0, 0, 1) {
		evening := w.morning(day).Add(11 * time.Hour)
		if evening.After(w.until) {
			evening = w.until.Add(-4 * time.Hour)
		}
		var readers []int
		for i, p := range w.story.People {
			if p.From.Before(evening) && w.rng.IntN(20) > 0 {
				readers = append(readers, i)
			}
		}
		w.act(Act{At: evening, Kind: Look, Members: readers})
	}
	var late []int
	for i := range w.story.People {
		if i%3 == 1 {
			late = append(late, i)
		}
	}
	w.act(Act{At: w.until, Kind: Look, Members: late})
}

// rarities are the few things that happen now and then.
func (w *writer) rarities() {
	for i, title := range []string{"Cantiere via Garibaldi 12 – consegna a marzo", "Nuova sede Legnano 🏗️"} {
		for _, c := range w.chats {
			if c.group && strings.HasPrefix(title, c.title) {
				w.act(Act{At: w.morning(c.start.AddDate(0, 2+i, 3)), Kind: Rename, Who: c.members[0], Conversation: c.number, Title: title})
			}
		}
	}
	// One leaves on the last day; what he wrote stays.
	w.act(Act{At: w.until.Add(-30 * time.Minute), Kind: Leave, Who: len(roster) - 23})
}

// renumber drops what can no longer be: words after somebody has left, and
// answers to what was dropped.
func (w *writer) renumber() {
	gone, said := map[int]bool{}, map[int]bool{}
	w.story.Acts = slices.DeleteFunc(w.story.Acts, func(a Act) bool {
		switch a.Kind {
		case Leave:
			gone[a.Who] = true
		case Say:
			if gone[a.Who] || a.ReplyTo != 0 && !said[a.ReplyTo] {
				return true
			}
			said[a.Message] = true
		case Edit, Delete:
			return gone[a.Who] || !said[a.Message]
		}
		return false
	})
}
