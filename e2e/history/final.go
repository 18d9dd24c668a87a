package history

// readings holds what the members read at the end against each other, and
// finds for each message the sending that made it.
func (c *checker) readings(r *room) {
	for _, i := range r.finals {
		c.reading(r, i)
	}
	for n := range int64(len(r.final)) {
		if p := &r.final[n]; p.by > 0 {
			c.verdict.Messages++
			c.owned(r, p)
		}
	}
	for _, i := range r.finals {
		c.whole(r, i)
	}
	for n := range len(r.final) - 1 {
		if a, b := &r.final[n], &r.final[n+1]; a.by > 0 && b.by > 0 && a.ID >= b.ID {
			c.broken(Order, []Line{c.line(a.by-1, a.N), c.line(b.by-1, b.N)}, "In conversation %d, n %d is message %d and n %d is message %d: a later place has the earlier entry.", r.id, a.N, a.ID, b.N, b.ID)
		}
	}
}

// reading takes one member's reading.
func (c *checker) reading(r *room, i int) {
	last := orOne(c.records[i].From) - 1
	for _, m := range c.records[i].Messages {
		if !c.possible(i, m.N) {
			continue
		}
		if m.N <= last {
			c.broken(Gap, []Line{c.line(i, last, m.N)}, "%s reads n %d of conversation %d after n %d.", c.records[i].Client, m.N, r.id, last)
		}
		last = m.N
		p := at(&r.final, m.N)
		if p.by == 0 {
			*p = place{m, i + 1}
		} else if p.Message != m {
			c.broken(Differs, []Line{c.line(p.by-1, m.N), c.line(i, m.N)}, "At the end, %s and %s read different messages at n %d of conversation %d.",
				c.records[p.by-1].Client, c.records[i].Client, m.N, r.id)
		}
	}
}

// owned finds the sending of a message that is there at the end.
func (c *checker) owned(r *room, p *place) {
	i := p.by - 1
	s := c.known(i, r, p.Message)
	if s == nil {
		return
	}
	switch {
	case s.n != 0:
		c.broken(Doubled, []Line{c.line(s.first), c.line(r.final[s.n-1].by-1, s.n), c.line(i, p.N)}, "What was sent once is there twice: as n %d and as n %d of conversation %d.", s.n, p.N, r.id)
	case s.refusals == s.tries:
		c.broken(Ghost, []Line{c.line(s.first), c.line(i, p.N)}, "Message %d is there, and its sender was told for good that it is not.", p.ID)
	}
	s.n = p.N
}

// whole wants a member to have read all that anybody read, from where they may.
func (c *checker) whole(r *room, i int) {
	from := orOne(c.records[i].From)
	has := c.records[i].Messages
	for n := from; n <= int64(len(r.final)); n++ {
		for len(has) > 0 && has[0].N < n {
			has = has[1:]
		}
		if len(has) > 0 && has[0].N == n {
			continue
		}
		if p := &r.final[n-1]; p.by > 0 {
			c.broken(Missed, []Line{c.line(p.by-1, n), c.line(i, n-1, n+1)}, "%s does not have n %d of conversation %d at the end, which %s has.", c.records[i].Client, n, r.id, c.records[p.by-1].Client)
		} else {
			c.broken(Gap, []Line{c.line(i, n-1, n+1)}, "Nobody has n %d of conversation %d, which goes up to %d.", n, r.id, len(r.final))
		}
	}
}

// shownIsThere wants whatever was shown to have been sent before, and to be
// there at the end, the same.
func (c *checker) shownIsThere(r *room) {
	for n := range r.shown {
		if p := &r.shown[n]; p.by > 0 {
			c.known(p.by-1, r, p.Message)
		}
	}
	if len(r.finals) == 0 {
		if len(r.shown) > 0 {
			c.broken(Unrecorded, nil, "Nobody read conversation %d at the end.", r.id)
		}
		return
	}
	for n := range r.shown {
		p := &r.shown[n]
		switch {
		case p.by == 0:
		case n >= len(r.final) || r.final[n].by == 0:
			c.broken(Vanished, []Line{c.line(p.by-1, p.N), c.line(r.finals[0], p.N-1, p.N+1)}, "Message %d (n %d of conversation %d) was shown, and is not there at the end.", p.ID, p.N, r.id)
		case r.final[n].Message != p.Message:
			c.broken(Vanished, []Line{c.line(p.by-1, p.N), c.line(r.final[n].by-1, p.N)}, "At n %d of conversation %d one message was shown, and another is there at the end.", p.N, r.id)
		}
	}
}

// inRealTime wants what was acknowledged before something else was sent to
// stand before it, whoever sent the two. From the last message back, it keeps
// the earliest acknowledgement of those behind.
func (c *checker) inRealTime(r *room) {
	var earliest *sending
	for n := len(r.final) - 1; n >= 0; n-- {
		p := &r.final[n]
		if p.by == 0 {
			continue
		}
		s := c.byText[said{p.Author, p.Text}]
		if s == nil || s.room != r || s.n != p.N {
			continue // told already
		}
		if earliest != nil && earliest.acked < s.first {
			c.broken(Order, []Line{c.line(earliest.acked), c.line(s.first), c.line(p.by-1, s.n, earliest.n)},
				"n %d of conversation %d was sent after n %d had been acknowledged, and stands before it.", s.n, r.id, earliest.n)
		}
		if s.acked >= 0 && (earliest == nil || s.acked < earliest.acked) {
			earliest = s
		}
	}
}

// fates wants each acknowledged sending to stand where it was acknowledged.
func (c *checker) fates() {
	for _, s := range c.inOrder {
		if s.acked < 0 {
			continue
		}
		r, told := s.room, &c.records[s.acked]
		switch {
		case len(r.finals) == 0:
			c.broken(Unrecorded, []Line{c.line(s.acked)}, "Nobody read conversation %d at the end.", r.id)
		case s.n == 0:
			c.broken(Lost, []Line{c.line(s.first), c.line(s.acked), c.line(r.finals[0], told.N-1, told.N, told.N+1)},
				"What was acknowledged as message %d (n %d of conversation %d) is not there at the end.", told.ID, told.N, r.id)
		case s.n != told.N || r.final[s.n-1].ID != told.ID:
			c.broken(Misplaced, []Line{c.line(s.first), c.line(s.acked), c.line(r.final[s.n-1].by-1, s.n)},
				"What was acknowledged as message %d (n %d of conversation %d) is message %d (n %d) at the end.", told.ID, told.N, r.id, r.final[s.n-1].ID, s.n)
		}
	}
}
