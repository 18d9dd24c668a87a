package whatsapp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// said is one message of a made-up chat.
type said struct {
	at   time.Time
	who  string
	text string
}

var (
	// what people's texts are made of: words, and what leads careless readers astray
	snippets = rapid.SampledFrom([]string{
		"ciao", "ok: ", "10:30", "https://x.example/a?b=1: ", "12/03/2024", "12/03/2024, 10:30", " - ", "[x]", "(file)", "<b>", "你好", "שלום",
		"👍🏽", "a\u200db", "\n", "\n\n", "\n- ", "Anna: ", "29.01.18 10:30 ", "\t", "«x»", "\"q\"", "1) ", "...", "e\u0301", "]", "null?", "\n[10:30] ",
	})
	writers = rapid.SampledFrom([]string{"Anna", "Bob Smith", "~ Zoë", "+39 333 123 4567", "李雷", "O'Brien (work)", "dr. Müller", "🦊", "Anna - Bob", "[x]"})
)

func sayings(t *rapid.T) []said {
	var out []said
	at := time.Date(2024, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(13, 28).Draw(t, "day"), 10, 0, 0, 0, time.UTC)
	for range rapid.IntRange(1, 30).Draw(t, "messages") {
		at = at.Add(time.Duration(rapid.IntRange(0, 100_000).Draw(t, "pause")) * time.Second)
		text := strings.Join(rapid.SliceOfN(snippets, 1, 8).Draw(t, "text"), "")
		text = strings.Trim(text, " \n\t")
		if text == "" {
			text = "x"
		}
		out = append(out, said{at, writers.Draw(t, "who"), text})
	}
	return out
}

// A random chat, written as a phone of a random language writes it, comes back
// as it was: the same writers, times and texts in the same order.
func TestAnyChatComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.SampledFrom(tonguesTested).Draw(t, "language")
		android := rapid.Bool().Draw(t, "android")
		layout := g.iphone
		if android {
			layout = g.android
		}
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end of line")
		chat := sayings(t)
		var b strings.Builder
		if rapid.Bool().Draw(t, "byte order mark") {
			b.WriteString("\ufeff")
		}
		b.WriteString(render12(layout, chat[0].at) + g.notice + end)
		for _, m := range chat {
			b.WriteString(render12(layout, m.at) + m.who + ": " + strings.ReplaceAll(m.text, "\n", end) + end)
		}
		text := b.String()
		e, err := OpenReaderAt("chat.txt", strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		i, last := -1, int64(-1)
		for m, err := range e.Messages(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			if m.Offset <= last {
				t.Fatalf("offset %d after %d", m.Offset, last)
			}
			last = m.Offset
			if i++; i == 0 {
				if m.Kind != KindSystem {
					t.Fatalf("the notice is %+v", m)
				}
				continue
			}
			if i > len(chat) {
				t.Fatalf("more than %d messages:\n%s", len(chat), text)
			}
			want := chat[i-1]
			if !android || strings.Contains(layout, "05") {
				want.at = want.at.Truncate(time.Second)
			} else {
				want.at = want.at.Truncate(time.Minute)
			}
			if m.Sender != want.who || m.Text != clean(want.text) || !m.Time.Equal(want.at) {
				t.Fatalf("message %d: %s <%s> %q %s, want <%s> %q %s\n%s", i, m.Kind, m.Sender, m.Text, m.LocalTime(), want.who, want.text, want.at.Format(localLayout), text)
			}
		}
		if i != len(chat) {
			t.Fatalf("%d of %d messages:\n%s", i, len(chat), text)
		}
	})
}

// render12 is render for any hour: a morning has another word than an afternoon.
func render12(layout string, at time.Time) string {
	if at.Hour() < 12 {
		layout = strings.NewReplacer("下午", "上午", "오후", "오전", "م", "ص", "pm", "am", "PM", "AM").Replace(layout)
	}
	return render(layout, at)
}

// The same bytes, cut off anywhere, give the same messages up to the cut.
func TestCutFileGivesWhatWasBeforeTheCut(t *testing.T) {
	t.Parallel()
	text := tonguesTested[2].chat(true, false)
	_, whole := told(t, text)
	for cut := 200; cut < len(text); cut += 37 {
		e, err := OpenReaderAt("chat.txt", strings.NewReader(text[:cut]), int64(cut))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for m, err := range e.Messages(t.Context(), DMY) {
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d %s", m.Line, m.Kind); m.Offset+m.Lines*400 < int64(cut) && !strings.HasPrefix(whole[n], got) {
				t.Errorf("cut at %d: %s, want %s", cut, got, whole[n])
			}
			n++
		}
	}
}
