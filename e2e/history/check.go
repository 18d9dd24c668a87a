package history

import "cmp"

// checker walks a history once, gathering what was sent, shown and read at the
// end, and then holds these against each other.
type checker struct {
	records  []Record
	verdict  Verdict
	sendings map[string]*sending // by key
	byText   map[said]*sending
	inOrder  []*sending // as they were first sent
	rooms    map[int64]*room
	order    []*room // as they first came up
	views    map[view]*sight
	trees    []int // indexes of checkpoints
	leaves   int   // index of the leaves, or -1
	most     int64 // no n can be greater
}

// said is what a message is known by.
type said struct {
	person int64
	text   string
}

// sending is all that was tried with one key.
type sending struct {
	first    int // index of its first record
	acked    int // index of its first acknowledgement, or -1
	tries    int
	refusals int
	room     *room
	n        int64 // where it stands at the end, 0 if nowhere
}

// room is a conversation.
type room struct {
	id     int64
	shown  []place // by n-1: as it was first shown
	final  []place // by n-1: as it was first read at the end
	finals []int   // indexes of the readings at the end
}

// place is a message and the record that first had it.
type place struct {
	Message
	by int // its index plus one; 0 if there is none
}

// view is what is expected to come in order.
type view struct {
	client       string
	session      int64
	conversation int64
}

// sight is how far a view has come, and what it passed over.
type sight struct {
	first, last int64
	lastBy      int // the record that showed the last
	passed      []span
}

type span struct{ from, to int64 }

// has says whether the view has shown n, which is not beyond the last.
func (s *sight) has(n int64) bool {
	if n < s.first {
		return false
	}
	low, high := 0, len(s.passed)
	for low < high {
		if mid := (low + high) / 2; s.passed[mid].to < n {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low == len(s.passed) || n < s.passed[low].from
}

// Check judges a history.
func Check(records []Record) Verdict {
	c := &checker{
		records: records, sendings: map[string]*sending{}, byText: map[said]*sending{},
		rooms: map[int64]*room{}, views: map[view]*sight{}, leaves: -1,
	}
	c.verdict.Records, c.verdict.Broken = len(records), map[Rule]int{}
	for i := range records {
		c.most += int64(len(records[i].Messages))
		if records[i].Op == Send {
			c.most++
		}
	}
	for i := range records {
		c.take(i)
	}
	for _, r := range c.order {
		c.readings(r)
		c.shownIsThere(r)
		c.inRealTime(r)
	}
	c.fates()
	c.checkpoints()
	return c.verdict
}

func (c *checker) take(i int) {
	switch r := &c.records[i]; r.Op {
	case Send:
		c.send(i, r)
	case Acked, Refused, Unknown:
		c.outcome(i, r)
	case Seen:
		c.seen(i, r)
	case Final:
		room := c.room(r.Conversation)
		room.finals = append(room.finals, i)
	case Checkpoint:
		c.trees = append(c.trees, i)
	case Leaves:
		c.leaves = i
	default:
		c.broken(Unrecorded, []Line{c.line(i)}, "There is no operation %q.", r.Op)
	}
}

func (c *checker) room(id int64) *room {
	r := c.rooms[id]
	if r == nil {
		r = &room{id: id}
		c.rooms[id] = r
		c.order = append(c.order, r)
	}
	return r
}

func (c *checker) send(i int, r *Record) {
	s := c.sendings[r.Key]
	if s == nil {
		s = &sending{first: i, acked: -1, room: c.room(r.Conversation)}
		c.sendings[r.Key] = s
		c.inOrder = append(c.inOrder, s)
		c.verdict.Sendings++
		what := said{r.Person, r.Text}
		if other := c.byText[what]; other != nil {
			c.broken(Unrecorded, []Line{c.line(other.first), c.line(i)}, "Person %d sends one text with two keys, so that a reader cannot tell which is which.", r.Person)
		}
		c.byText[what] = s
	} else if f := &c.records[s.first]; f.Conversation != r.Conversation || f.Text != r.Text || f.Person != r.Person {
		c.broken(Unrecorded, []Line{c.line(s.first), c.line(i)}, "A key is used for two different messages.")
	}
	s.tries++
}

func (c *checker) outcome(i int, r *Record) {
	s := c.sendings[r.Key]
	if s == nil {
		c.broken(Unrecorded, []Line{c.line(i)}, "The answer to something that was not sent.")
		return
	}
	switch r.Op {
	case Refused:
		s.refusals++
	case Acked:
		if s.acked < 0 {
			s.acked = i
			c.verdict.Acknowledged++
		} else if before := &c.records[s.acked]; before.ID != r.ID || before.N != r.N {
			c.broken(TwoAnswers, []Line{c.line(s.first), c.line(s.acked), c.line(i)},
				"The same key was acknowledged as message %d (n %d) and as message %d (n %d).", before.ID, before.N, r.ID, r.N)
		}
	}
}

// seen takes what a client was shown.
func (c *checker) seen(i int, r *Record) {
	room := c.room(r.Conversation)
	v := view{r.Client, r.Session, r.Conversation}
	sees := c.views[v]
	if sees == nil || r.Session == 0 { // without a session, it stands alone
		sees = &sight{}
		c.views[v] = sees
	}
	for _, m := range r.Messages {
		c.verdict.Shown++
		if !c.possible(i, m.N) {
			continue
		}
		c.inView(i, sees, m.N)
		before := at(&room.shown, m.N)
		if before.by == 0 {
			*before = place{m, i + 1}
		} else if before.Message != m {
			c.broken(Differs, []Line{c.line(before.by-1, m.N), c.line(i, m.N)}, "In conversation %d, different messages were shown at n %d.", room.id, m.N)
		}
	}
}

// inView wants a client to be shown a conversation in order, save for repeats.
func (c *checker) inView(i int, s *sight, n int64) {
	switch {
	case s.last == 0:
		s.first, s.last, s.lastBy = n, n, i
	case n > s.last:
		if n > s.last+1 {
			s.passed = append(s.passed, span{s.last + 1, n - 1})
		}
		s.last, s.lastBy = n, i
	case !s.has(n):
		c.broken(LiveOrder, []Line{c.line(s.lastBy, s.last), c.line(i, n)}, "%s was shown n %d of conversation %d, and after it, on the same connection, n %d for the first time.",
			c.records[i].Client, s.last, c.records[i].Conversation, n)
	}
}

// possible keeps a number that cannot be from costing its memory.
func (c *checker) possible(i int, n int64) bool {
	if n >= 1 && n <= c.most {
		return true
	}
	c.broken(Gap, []Line{c.line(i, n)}, "A message has the n %d, and there are not so many.", n)
	return false
}

// known wants a message that is shown to have been sent before, there and by
// its author.
func (c *checker) known(i int, in *room, m Message) *sending {
	s := c.byText[said{m.Author, m.Text}]
	switch {
	case s == nil:
		c.broken(Ghost, []Line{c.line(i, m.N)}, "Message %d (n %d of conversation %d) was sent by nobody: its author never sent that text.", m.ID, m.N, in.id)
	case s.room != in:
		c.broken(Ghost, []Line{c.line(s.first), c.line(i, m.N)}, "Message %d stands in conversation %d and was sent to conversation %d.", m.ID, in.id, s.room.id)
	case s.first > i:
		c.broken(TooSoon, []Line{c.line(i, m.N), c.line(s.first)}, "Message %d was shown before it was sent.", m.ID)
	default:
		return s
	}
	return nil
}

// at gives the place of n, which is possible.
func at(places *[]place, n int64) *place {
	if grow := int(n) - len(*places); grow > 0 {
		*places = append(*places, make([]place, grow)...)
	}
	return &(*places)[n-1]
}

func orOne(n int64) int64 { return cmp.Or(n, 1) }
