package bench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// manyGroups is how many conversations the messages of W7 are spread over.
const manyGroups = 200

// w7 reads and searches a small company, lets it grow, and does it again.
func (r *run) w7(ctx context.Context) error {
	if err := r.server.again(ctx); err != nil {
		return err
	}
	people, many := r.company.people[:writers], make([]int64, manyGroups)
	for i := range many {
		var err error
		if many[i], err = r.company.group(ctx, people); err != nil {
			return err
		}
	}
	w, have := &r.report.Scale.W7, 0
	for _, size := range []struct {
		messages int
		reading  *Reading
	}{{r.small, &w.Small}, {r.large, &w.Large}} {
		r.server.stop()
		if err := r.grow(ctx, many, have, size.messages); err != nil {
			return err
		}
		have = size.messages
		took, err := r.server.start(ctx)
		if err != nil {
			return err
		}
		w.Start = float64(took) / 1e6
		if err := r.intoMemory(); err != nil {
			return err
		}
		if *size.reading, err = r.read(ctx, people[0], many, have); err != nil {
			return err
		}
	}
	return nil
}

// intoMemory reads the company's file once, so that the small and the large one
// are both in the machine's memory: what was written first in a large one may
// have left it by then, and what a disk takes for a read is not what is asked.
func (r *run) intoMemory() error {
	if r.server.database != "" {
		return nil // the database's memory is its own
	}
	file, err := os.Open(filepath.Join(r.server.data, "tenants", "bench", "verbale.db"))
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(io.Discard, file)
	return err
}

// read does what members do, one request at a time.
func (r *run) read(ctx context.Context, reader *person, groups []int64, messages int) (w Reading, err error) {
	random := rand.New(rand.NewPCG(1, 2))
	group := func() int64 { return groups[random.IntN(len(groups))] }
	each := messages / len(groups) * 9 / 10 // about as many as a conversation has at least
	w.Messages = messages
	for _, m := range []struct {
		into *Quantiles
		path func() string
	}{
		{&w.Open, func() string { return fmt.Sprintf("/conversations/%d/messages?limit=50", group()) }},
		{&w.Page, func() string {
			return fmt.Sprintf("/conversations/%d/messages?limit=50&before=%d", group(), 51+random.IntN(max(1, each-50)))
		}},
		{&w.Rare, func() string { return "/search?q=" + rareWord(random.IntN(messages/rareEvery)*rareEvery) }},
		{&w.Common, func() string { return "/search?q=" + words[random.IntN(len(words))] }},
	} {
		h, err := r.time(ctx, reader, m.path)
		if err != nil {
			return w, err
		}
		*m.into = h.quantiles()
	}
	return w, nil
}
