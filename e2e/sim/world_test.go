package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"verbale/e2e/history"
	"verbale/internal/chat"
	"verbale/internal/journal"
	"verbale/internal/store"
)

// world is one schedule: a house, its clients, and a seed that decides who
// does what next.
type world struct {
	t       *testing.T // the one outside of the bubble
	rnd     *rand.Rand
	broken  planted // none, or the fault to be found
	ground  ground
	house   *house
	lives   int
	queue   int // frames that may wait for one reader
	clients []*client
	log     history.Recorder
	crashes int      // still to come
	letters int      // still to be written
	steps   int      // still to be made before the trouble ends
	healing bool     // no more trouble
	early   []func() // answers given before the commit, if that is planted
	dir     string
	backup  string // an old copy of the directory, if the disk is to lie

	written  int
	sessions int64
	cuts     int64
	err      error
}

// hubName is what the gateway's hub is called at a gate.
const hubName = "internal/live.(*hub).run"

func (w *world) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// trouble happens once in so many times, until the schedule heals.
func (w *world) trouble(once int) bool { return w.rnd.IntN(once) == 0 && !w.healing }

func (w *world) key() string {
	var k uuid.UUID
	for i := range k {
		k[i] = byte(w.rnd.Uint32())
	}
	return k.String()
}

// outcome is what a schedule came to.
type outcome struct {
	records []history.Record
	err     error // what is wrong besides the history
	steps   int
	crashes int
	cuts    int64 // of readers that were too slow
}

// run runs the schedule of a seed, on a product that is broken as planted.
func run(t *testing.T, seed uint64, broken planted) (out outcome) {
	t.Helper()
	g := prepare(t)
	cryptotest.SetGlobalRandom(t, seed)
	synctest.Test(t, func(*testing.T) {
		w := &world{t: t, rnd: rand.New(rand.NewPCG(seed, 1)), broken: broken, ground: g}
		w.dir = filepath.Join(workdir, fmt.Sprint("schedule-", seed))
		defer os.RemoveAll(w.dir)
		if err := w.begin(); err != nil {
			out.err = err
			return
		}
		total := w.steps
		for w.steps > 0 && w.err == nil {
			w.steps--
			w.step()
		}
		total += w.heal()
		w.look()
		for _, c := range w.clients {
			c.died()
		}
		w.house.close()
		out = outcome{w.log.Records(), w.err, total, w.lives, w.cuts + w.house.gateway.Stats().Slow}
	})
	return out
}

func (w *world) begin() (err error) {
	w.queue = []int{10, 40, 4096}[w.rnd.IntN(3)]
	w.steps, w.letters = 150+w.rnd.IntN(200), 10+w.rnd.IntN(20)
	if w.rnd.IntN(2) == 0 {
		w.crashes = 1 + w.rnd.IntN(2)
	}
	if err = copyDir(w.life(), w.ground.dir); err == nil {
		w.house, err = openHouse(w.life(), w.queue)
	}
	if err != nil {
		return err
	}
	for i, p := range w.ground.people {
		w.clients = append(w.clients, &client{
			w: w, name: fmt.Sprint("client ", i), who: p, groups: w.ground.groups, copies: map[int64][]history.Message{},
		})
	}
	w.settle()
	return nil
}

// life is the directory of the house's present life.
func (w *world) life() string { return filepath.Join(w.dir, fmt.Sprint(w.lives)) }

// step is one thing that somebody does, and what follows from it by itself.
func (w *world) step() {
	type move struct {
		weight int
		do     func()
	}
	var moves []move
	sum := 0
	add := func(weight int, do func()) {
		moves = append(moves, move{weight, do})
		sum += weight
	}
	lagging := false
	for _, name := range w.house.turns.names() {
		add(8, func() { w.house.turns.give(name) })
		lagging = lagging || name == hubName
	}
	if !lagging { // else its ticks and its news would be ready together
		add(3, w.wait)
	}
	for _, c := range w.clients {
		c.moves(add)
	}
	if !w.healing {
		w.whims(add)
	}
	pick := w.rnd.IntN(sum)
	for _, m := range moves {
		if pick -= m.weight; pick < 0 {
			m.do()
			break
		}
	}
	w.settle()
}

// settle lets everybody who can go on do so until all wait again. No two steps
// are at the same moment, so that no two timers are.
func (w *world) settle() {
	synctest.Wait()
	time.Sleep(time.Duration(1 + w.rnd.IntN(1000)))
	synctest.Wait()
	for done := w.house.ended(); len(done) > 0; done = w.house.ended() {
		for _, c := range done {
			c.then()
		}
		synctest.Wait()
	}
	for _, answer := range w.early {
		answer()
	}
	w.early = nil
}

// wait lets time pass: a little, or enough for tickers and the impatient.
func (w *world) wait() {
	scale := []time.Duration{50 * time.Microsecond, time.Millisecond, 20 * time.Millisecond, 400 * time.Millisecond, 4 * time.Second}
	time.Sleep(1 + time.Duration(w.rnd.Int64N(int64(scale[w.rnd.IntN(len(scale))]))))
}

// whims are the troubles of a schedule that has not healed yet.
func (w *world) whims(add func(weight int, do func())) {
	for _, c := range w.clients {
		c.whims(add)
	}
	if w.crashes > 0 && w.steps < 200 {
		add(1, w.crash)
	}
	if b := w.house.bus; b.waiting() > 0 {
		any := func() int { return w.rnd.IntN(b.waiting()) }
		add(3, func() { b.hear(any(), false) })
		add(1, func() { b.hear(any(), true) })
		add(1, func() { b.lose(any()) })
	}
	add(1, w.membership)
	add(1, w.checkpoint)
	if w.broken == lyingDisk && w.backup == "" && w.written > 5 {
		w.backup = filepath.Join(w.dir, "backup")
		if err := copyDir(w.backup, w.life()); err != nil {
			w.fail("%v", err)
		}
	}
}

// crash ends the process as it stands, whatever it was about, and starts the
// next on what it left.
func (w *world) crash() {
	w.crashes--
	w.lives++
	w.cuts += w.house.gateway.Stats().Slow
	err := w.house.die(w.life(), func() {
		for _, c := range w.clients {
			c.died()
		}
	})
	if w.backup != "" {
		err = errors.Join(err, os.RemoveAll(w.life()), copyDir(w.life(), w.backup))
	}
	// What the old life still did may have drawn more randomness or less.
	cryptotest.SetGlobalRandom(w.t, w.rnd.Uint64())
	if err == nil {
		w.house, err = openHouse(w.life(), w.queue)
	}
	if err != nil {
		w.fail("after crash %d: %v", w.lives, err)
		return
	}
	w.settle()
}

// membership takes somebody out of a group, or back in.
func (w *world) membership() {
	h, group := w.house, w.ground.groups[w.rnd.IntN(len(w.ground.groups))]
	owner, who := w.ground.people[0], w.ground.people[1+w.rnd.IntN(len(w.ground.people)-1)].Person
	out := w.rnd.IntN(2) == 0
	h.begin(func() error {
		return h.write(func(tx *store.Tx) error {
			if out {
				return chat.RemoveMember(tx, owner, group, who)
			}
			return chat.AddMembers(tx, owner, group, []int64{who}, false)
		})
	}, func(error) {}) // to take out who is not in is refused
}

// checkpoint looks at the newest one, which its keeper makes every ten seconds.
func (w *world) checkpoint() {
	h := w.house
	var signed store.SignedCheckpoint
	h.begin(func() error {
		return h.read(func(tx *store.Tx) (err error) {
			signed, err = tx.LastCheckpoint()
			return err
		})
	}, func(err error) {
		if err == nil && signed.Size > 0 {
			w.saw(signed)
		}
	})
}

func (w *world) saw(c store.SignedCheckpoint) {
	opened, err := journal.OpenCheckpoint(c.Note, w.house.tenant.Keys().VerifierKey())
	if err != nil || opened.Size != c.Size {
		w.fail("the checkpoint of %d entries is not one: %v", c.Size, err)
	}
	w.log.Add(history.Record{Op: history.Checkpoint, Client: "auditor", Time: time.Now().UnixMicro(), Size: c.Size, Root: opened.Root[:]})
}
