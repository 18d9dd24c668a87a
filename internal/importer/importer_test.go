package importer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/problem"
	"verbale/internal/store"
)

func TestAnalysisKeepsTheFileAndWritesNoMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	raw := export(250, true)
	before := h.entries()
	m := h.analyse(`C:\chats\WhatsApp Chat with Team.zip`, raw)
	if m.State != importer.Analysed || m.Total != 250 || m.Analysis.System != 1 || m.Analysis.Media.Present != 2 || m.Name != "WhatsApp Chat with Team.zip" {
		t.Fatalf("analysis %+v", m)
	}
	if got := h.entries() - before; got != 1 {
		t.Fatalf("%d entries for an analysis, want its one", got)
	}
	sum, err := blob.ParseSum(m.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.blobs.Open(context.Background(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if kept, err := io.ReadAll(r); err != nil || !bytes.Equal(kept, raw) {
		t.Fatalf("the evidence is not the file (%v)", err)
	}
	if again := h.get(m.ID); again.Analysis.Messages != 250 || again.SHA256 != m.SHA256 {
		t.Fatalf("read back: %+v", again)
	}
}

func TestRunWritesEveryMessageWithItsOrigin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.run(h.analyse("chat.zip", export(1203, true)).ID, h.mapping())
	if m.State != importer.Done || m.Done != 1203 || m.Total != 1203 {
		t.Fatalf("after the run: %+v", m)
	}
	all := h.messages(m.Conversation)
	if len(all) != 1203 {
		t.Fatalf("%d messages", len(all))
	}
	line := int64(2)
	for i, got := range all {
		author, name := int64(0), "Anna B."
		if i%2 == 1 {
			author, name = h.bruno.Person, "Bruno"
		}
		text, files := fmt.Sprintf("message %d\nwith a second line", i), 0
		if i%100 == 99 {
			text, files = fmt.Sprintf("caption %d", i), 1
		}
		at := time.Date(2018, 1, 29, 7, 1+i, 0, 0, time.UTC) // Rome is an hour ahead
		if got.N != int64(i+1) || got.Author != author || got.Text != text || len(got.Files) != files || got.Time != at.UnixMicro() ||
			got.Imported == nil || got.Imported.Import != m.ID || got.Imported.Name != name || got.Imported.Line != line {
			t.Fatalf("message %d: %+v %+v", i, got, got.Imported)
		}
		line += 2
	}
	photo := all[99].Files[0]
	r, err := h.blobs.Open(context.Background(), blob.Sum(photo.SHA256))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, _ := io.ReadAll(r); string(b) != "\xff\xd8\xff\xe0 photo 99" || photo.Type != "image/jpeg" || photo.Name != "IMG-20180129-WA0099.jpg" {
		t.Fatalf("photo %+v holds %q", photo, b)
	}
}

func TestRunningTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.run(h.analyse("chat.txt", export(120, false)).ID, h.mapping())
	before := h.entries()
	again := h.run(m.ID, h.mapping())
	if after := h.entries(); after != before || again.Done != m.Done || again.Conversation != m.Conversation {
		t.Fatalf("a second run made %d entries: %+v", after-before, again)
	}
	twin := h.analyse("copy.txt", export(120, false))
	if _, err := h.importer().Start(context.Background(), h.anna, twin.ID, h.mapping()); !errors.Is(err, importer.ErrAlready) {
		t.Fatalf("the same file a second time: %v", err)
	}
}

// cutting is a file store that ends the run's context at a put.
type cutting struct {
	blob.Store
	after  int
	cancel func()
}

func (c *cutting) Put(ctx context.Context, r io.Reader) (blob.Sum, int64, error) {
	if c.after--; c.after < 0 {
		c.cancel()
		return blob.Sum{}, 0, ctx.Err()
	}
	return c.Store.Put(ctx, r)
}

func TestCutRunGoesOnWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	for _, after := range []int{0, 4, 9} {
		h := newHouse(t)
		m := h.analyse("chat.zip", export(1500, true))
		h.start(m.ID, h.mapping())
		for cut := after; h.get(m.ID).State == importer.Running; cut += after + 1 {
			ctx, cancel := context.WithCancel(context.Background())
			err := importer.New(h.tenant, &cutting{h.blobs, cut, cancel}).Continue(ctx, m.ID)
			cancel()
			if err == nil {
				continue
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			h.reopen()
		}
		m = h.get(m.ID)
		all := h.messages(m.Conversation)
		if m.State != importer.Done || m.Done != 1500 || len(all) != 1500 {
			t.Fatalf("cut after %d files: %s, %d done, %d messages", after, m.State, m.Done, len(all))
		}
		for i, got := range all {
			if got.Imported.Line != int64(2+2*i) {
				t.Fatalf("cut after %d files: message %d is of line %d", after, i, got.Imported.Line)
			}
		}
	}
}

func TestUndoTakesAllBackAndOnlyThat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var group int64
	h.write(func(tx *store.Tx) (err error) {
		if group, err = chat.Create(tx, h.anna, "group", "Team", []int64{h.bruno.Person}); err == nil {
			_, err = chat.Post(tx, h.anna, chat.Draft{Key: "0190f5a0-0000-7000-8000-000000000001", Conversation: group, Text: "before"})
		}
		return err
	})
	how := h.mapping()
	how.Conversation = group
	m := h.run(h.analyse("chat.txt", export(1100, false)).ID, how)
	h.write(func(tx *store.Tx) error {
		_, err := chat.Post(tx, h.anna, chat.Draft{Key: "0190f5a0-0000-7000-8000-000000000002", Conversation: group, Text: "after"})
		return err
	})
	if _, err := h.importer().Undo(context.Background(), h.anna, m.ID); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.importer().Continue(ctx, m.ID); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cut undo: %v", err)
	}
	h.reopen()
	if err := h.importer().Resume(context.Background()); err != nil {
		t.Fatal(err)
	}
	if m = h.get(m.ID); m.State != importer.Undone {
		t.Fatalf("state %s", m.State)
	}
	left := 0
	for _, got := range h.messages(group) {
		if got.Deleted == 0 {
			left++
		} else if got.Imported == nil || got.Text != "" {
			t.Fatalf("wrongly gone, or not gone: %+v", got)
		}
	}
	if left != 2 {
		t.Fatalf("%d messages are left, want the two written here", left)
	}
	before := h.entries()
	if _, err := h.importer().Undo(context.Background(), h.anna, m.ID); err != nil || h.entries() != before {
		t.Fatalf("undoing twice: %v", err)
	}
	if _, err := h.importer().Start(context.Background(), h.anna, m.ID, how); !errors.Is(err, importer.ErrState) {
		t.Fatalf("starting what was undone: %v", err)
	}
	again := h.run(h.analyse("chat.txt", export(1100, false)).ID, how)
	if again.State != importer.Done {
		t.Fatalf("importing again after an undo: %+v", again)
	}
}

func TestImportsAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.analyse("chat.txt", export(10, false))
	i, ctx := h.importer(), context.Background()
	for what, err := range map[string]error{
		"get":     func() error { _, err := i.Get(ctx, h.bruno, m.ID); return err }(),
		"start":   func() error { _, err := i.Start(ctx, h.bruno, m.ID, h.mapping()); return err }(),
		"undo":    func() error { _, err := i.Undo(ctx, h.bruno, m.ID); return err }(),
		"compare": func() error { _, err := i.Compare(ctx, h.bruno, m.ID, m.ID); return err }(),
		"none":    func() error { _, err := i.Get(ctx, h.anna, m.ID+1000); return err }(),
	} {
		if !errors.Is(err, importer.ErrNoImport) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if list, err := i.List(ctx, h.bruno); err != nil || len(list) != 0 {
		t.Errorf("list: %v %v", list, err)
	}
	if list, err := i.List(ctx, h.anna); err != nil || len(list) != 1 || list[0].ID != m.ID {
		t.Errorf("own list: %v %v", list, err)
	}
}

func TestBadMappingsAreRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.analyse("chat.txt", export(40, false))
	before := h.entries()
	for code, change := range map[string]func(*importer.Mapping){
		"import.timezone":        func(m *importer.Mapping) { m.Timezone = "Rome" },
		"import.date_order":      func(m *importer.Mapping) { m.DateOrder = "mdy" },
		"import.name":            func(m *importer.Mapping) { m.Names[0].Name = "Nobody" },
		"import.person":          func(m *importer.Mapping) { m.Names[0].Person = 99_999 },
		"conversation.not_found": func(m *importer.Mapping) { m.Conversation = 4 },
	} {
		how := h.mapping()
		change(&how)
		_, err := h.importer().Start(context.Background(), h.anna, m.ID, how)
		if p := problem.Of(err); p == nil || p.Code != code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	if after := h.entries(); after != before {
		t.Errorf("%d entries were made", after-before)
	}
}

func TestLongAndEmptyTextsLoseNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := strings.Repeat("parola più lunga, ", 3_000) + "fine"
	wide := strings.Repeat("日本語", 8_000)
	text := "29/01/18, 08:01 - Anna B.: " + long + "\n29/01/18, 08:02 - Bruno: " + wide + "\n" +
		"29/01/18, 08:03 - Bruno:\n29/01/18, 08:04 - Bruno: \x00\x07bell\n29/01/18, 08:05 - Bruno: IMG-20180129-WA0001.jpg (file attached)\n"
	m := h.run(h.analyse("chat.txt", []byte(text)).ID, h.mapping())
	byLine := map[int64]string{}
	for _, got := range h.messages(m.Conversation) {
		if n := len([]rune(got.Text)); n > chat.MaxChars || len(got.Text) > chat.MaxBytes || n == 0 {
			t.Errorf("line %d: a message of %d characters", got.Imported.Line, n)
		}
		byLine[got.Imported.Line] += got.Text
	}
	if byLine[1] != long || byLine[2] != wide {
		t.Error("a long text did not come back whole")
	}
	if byLine[4] != "\ufffd\ufffdbell" || byLine[5] != "<IMG-20180129-WA0001.jpg>" {
		t.Errorf("%q, %q", byLine[4], byLine[5])
	}
	if m.Done != 5 {
		t.Errorf("%d messages done", m.Done)
	}
}

func TestTwoSidesOfOneChatAreLaidBesideEachOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var here, there strings.Builder
	at := time.Date(2024, 3, 14, 9, 0, 30, 0, time.UTC)
	for i := range 400 {
		at = at.Add(41 * time.Second)
		if i != 100 && i != 101 {
			fmt.Fprintf(&here, "%s - Anna: this is the text number %d of many\n", at.Format("02/01/2006, 15:04"), i)
		}
		if i != 7 {
			// an iPhone one hour ahead, with seconds, and clocks that differ a little
			fmt.Fprintf(&there, "[%s] Anna Bianchi: this is the text number %d of many\r\n", at.Add(time.Hour+9*time.Second).Format("02.01.06, 15:04:05"), i)
		}
		if i%50 == 0 { // the same short word again and again, on both
			fmt.Fprintf(&here, "%s - Bruno: ok\n", at.Format("02/01/2006, 15:04"))
			fmt.Fprintf(&there, "[%s] +39 333 1234567: ok\r\n", at.Add(time.Hour).Format("02.01.06, 15:04:05"))
		}
	}
	a := h.analyse("here.txt", []byte(here.String()))
	b := h.analyse("there.txt", []byte(there.String()))
	c, err := h.importer().Compare(context.Background(), h.anna, a.ID, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if c.Shift != 60 || c.Both != 397+8 || len(c.OnlyHere) != 1 || len(c.OnlyThere) != 2 {
		t.Fatalf("shift %d, both %d, here %v, there %v", c.Shift, c.Both, c.OnlyHere, c.OnlyThere)
	}
	if c.OnlyHere[0].Text != "this is the text number 7 of many" || !strings.HasSuffix(c.OnlyThere[1].Text, "number 101 of many") {
		t.Fatalf("%v %v", c.OnlyHere, c.OnlyThere)
	}
	same, err := h.importer().Compare(context.Background(), h.anna, a.ID, a.ID)
	if err != nil || len(same.OnlyHere)+len(same.OnlyThere) != 0 || same.Both != 398+8 {
		t.Fatalf("a file beside itself: %+v %v", same, err)
	}
}

func TestRefusedFilesLeaveNoImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for code, file := range map[string][]byte{
		"import.empty":         {},
		"import.not_an_export": []byte("a letter\nto a friend\n"),
		"import.zip_damaged":   export(300, true)[:2_000],
		"import.zip_nested":    zipped(map[string][]byte{"chat.zip": export(3, true)}),
	} {
		_, err := h.importer().Analyse(context.Background(), h.anna, "x.zip.txt", bytes.NewReader(file))
		if p := problem.Of(err); p == nil || p.Code != code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	if list, err := h.importer().List(context.Background(), h.anna); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
}

func TestRunThatMayNotGoOnIsMarked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.analyse("WhatsApp Chat with Team.txt", export(30, false))
	how := h.mapping()
	how.Title = ""
	m = h.start(m.ID, how)
	h.write(func(tx *store.Tx) error {
		c, err := chat.Get(tx, h.anna.Person, m.Conversation)
		if err == nil && c.Title != "Team" {
			t.Errorf("the group is called %q", c.Title)
		}
		if err == nil {
			err = chat.SetRole(tx, h.anna, m.Conversation, h.bruno.Person, "admin")
		}
		if err == nil {
			err = chat.RemoveMember(tx, h.anna, m.Conversation, h.anna.Person)
		}
		return err
	})
	if err := h.importer().Continue(context.Background(), m.ID); !errors.Is(err, chat.ErrNoConversation) {
		t.Fatalf("a run of somebody who left: %v", err)
	}
	m = h.get(m.ID)
	if m.State != importer.Failed || m.Problem != "conversation.not_found" || m.Done != 0 {
		t.Fatalf("%+v", m)
	}
	if err := h.importer().Resume(context.Background()); err != nil {
		t.Fatalf("what failed was tried again: %v", err)
	}
}

// TestWhoWasRemovedTakesNothingOut: CVE-2023-32678.
func TestWhoWasRemovedTakesNothingOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	how := h.mapping()
	h.write(func(tx *store.Tx) (err error) {
		how.Conversation, err = chat.Create(tx, h.bruno, "group", "Team", []int64{h.anna.Person})
		return err
	})
	m := h.run(h.analyse("chat.txt", export(30, false)).ID, how)
	h.write(func(tx *store.Tx) error { return chat.RemoveMember(tx, h.bruno, how.Conversation, h.anna.Person) })
	before := h.entries()
	if _, err := h.importer().Undo(context.Background(), h.anna, m.ID); !errors.Is(err, chat.ErrNoConversation) {
		t.Errorf("undone by somebody who was removed: %v", err)
	}
	if err := h.importer().Continue(context.Background(), m.ID); err != nil || h.entries() != before {
		t.Errorf("something was entered, %v", err)
	}
}

// TestAlikeMessagesDoNotMakeAComparisonSlow: two small files of one word again
// and again in one minute would otherwise take minutes of a core.
// raced says that the race detector is on.
var raced bool

func TestAlikeMessagesDoNotMakeAComparisonSlow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	many := 40_000
	if raced {
		many = 2_000
	}
	here := strings.Repeat("14/03/2024, 09:00 - Anna: ok\n", many)
	there := strings.Repeat("[14.03.24, 09:01:30] Anna: ok\r\n", many)
	a := h.analyse("here.txt", []byte(here))
	b := h.analyse("there.txt", []byte(there))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := h.importer().Compare(ctx, h.anna, a.ID, b.ID)
	if err != nil || c.Both != many {
		t.Errorf("both %d, only here %d, only there %d: %v", c.Both, c.OnlyHereCount, c.OnlyThereCount, err)
	}
}
