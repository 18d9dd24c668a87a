package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"verbale/internal/problem"
)

// told tells an export in short, one line a message.
func told(t testing.TB, text string) (Analysis, []string) {
	t.Helper()
	e, err := OpenReaderAt("chat.txt", strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.Analyze(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for m, err := range e.Messages(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		s := fmt.Sprintf("%d %s", m.Line, m.Kind)
		if m.Sender != "" {
			s += " <" + m.Sender + ">"
		}
		if m.Edited {
			s += " edited"
		}
		for _, f := range m.Files {
			s += " [" + f + "]"
		}
		out = append(out, s+" "+strings.ReplaceAll(m.Text, "\n", "|"))
		if !strings.HasPrefix(text[m.Offset:], m.Header[:min(len(m.Header), 8)]) {
			t.Errorf("line %d: offset %d is not where it begins", m.Line, m.Offset)
		}
	}
	return a, out
}

// ¦ stands for the mark that an iPhone puts before what the app writes.
func marked(s string) string { return strings.ReplaceAll(s, "¦", "\u200e") }

func TestWholeExportsAreReadAsAPersonWould(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"an iPhone's group whose name has a colon": {
			`¦[03/11/25, 09:01:03] Progetto Alfa: fase 2: ¦I messaggi e le chiamate sono crittografati end-to-end. Solo le persone in questa chat possono leggerne il contenuto.
¦[03/11/25, 09:01:03] Anna Bianchi: ¦Anna Bianchi ha creato questo gruppo
¦[03/11/25, 09:01:10] Progetto Alfa: fase 2: ¦Anna Bianchi ti ha aggiunto
[03/11/25, 09:02:00] Anna Bianchi: Buongiorno: ecco l'ordine del giorno
1) budget: 10.000
2) date: 12/11/25, 10:30 - da confermare
¦[03/11/25, 09:03:00] ~ Marco: ¦<allegato: 00000005-PHOTO-2025-11-03-09-03-00.jpg>
¦[03/11/25, 09:03:10] ~ Marco: Offerta.pdf • ¦2 pagine ¦<allegato: 00000006-Offerta.pdf>
¦[03/11/25, 09:03:30] +39 333 123 4567: ¦immagine omessa
[03/11/25, 09:04:00] +39 333 123 4567: vedi sopra ¦<Questo messaggio è stato modificato>
¦[03/11/25, 09:06:00] ~ Marco: ¦Chiamata vocale persa. ¦Tocca per richiamare
¦[03/11/25, 09:07:00] Anna Bianchi: ¦SONDAGGIO:
Quando ci vediamo?
¦OPZIONE: Lunedì (¦2 voti)

¦[03/11/25, 09:08:00] ~ Marco: ¦~ Marco è uscito
¦[03/11/25, 09:09:00] Progetto Alfa: fase 2: ¦Anna Bianchi ha aggiunto Luca: ufficio
[03/11/25, 09:11:00] Anna Bianchi: Posizione: https://maps.google.com/?q=45.1,9.2
[03/11/25, 09:12:00] Anna Bianchi: @` + "\u2068Marco\u2069" + ` ho aggiunto Paolo al file`,
			`1 system I messaggi e le chiamate sono crittografati end-to-end. Solo le persone in questa chat possono leggerne il contenuto.
2 system Anna Bianchi ha creato questo gruppo
3 system Anna Bianchi ti ha aggiunto
4 text <Anna Bianchi> Buongiorno: ecco l'ordine del giorno|1) budget: 10.000|2) date: 12/11/25, 10:30 - da confermare
7 media <~ Marco> [00000005-PHOTO-2025-11-03-09-03-00.jpg] 
8 media <~ Marco> [00000006-Offerta.pdf] 
9 omitted <+39 333 123 4567> immagine omessa
10 text <+39 333 123 4567> edited vedi sopra
11 call <~ Marco> Chiamata vocale persa. Tocca per richiamare
12 poll <Anna Bianchi> SONDAGGIO:|Quando ci vediamo?|OPZIONE: Lunedì (2 voti)
16 system ~ Marco è uscito
17 system Anna Bianchi ha aggiunto Luca: ufficio
18 location <Anna Bianchi> Posizione: https://maps.google.com/?q=45.1,9.2
19 text <Anna Bianchi> @Marco ho aggiunto Paolo al file`,
		},
		"an Android group with pasted chats and colons everywhere": {
			`12/31/23, 11:58 PM - Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them. Learn more.
12/31/23, 11:58 PM - Alice created group "Party: NYE"
12/31/23, 11:59 PM - Alice changed the subject from "Party: NYE" to "Party: the day after"
12/31/23, 11:59 PM - Bob Smith: Happy new year: everyone!
1/1/24, 12:01 AM - Alice: IMG-20240101-WA0000.jpg (file attached)
Look: fireworks
1/1/24, 12:04 AM - Bob Smith: null
1/1/24, 12:06 AM - Alice: Pimlico Gardens
London, United Kingdom
https://foursquare.com/v/4e89af95e5fa82ad4c0aa03b
1/1/24, 12:07 AM - Carol changed their phone number to a new number. Tap to message or add the new number.
1/1/24, 12:09 AM - Bob Smith added +44 7700 900123 and Dan: work
1/1/24, 12:11 AM - Alice: as agreed:
[12/30/23, 10:00:01 AM] Bob Smith: first
[12/30/23, 10:00:05 AM] Alice: second
1/1/24, 12:13 AM - Alice: See you at 5/6/24, 10:00 AM - don't be late: please
5/6/24, 10:00 AM - party: bring drinks
1/1/24, 12:14 AM - Bob Smith: <View once message omitted>
1/1/24, 12:15 AM - Your security code with Dan: work changed. Tap to learn more.`,
			`1 system Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them. Learn more.
2 system Alice created group "Party: NYE"
3 system Alice changed the subject from "Party: NYE" to "Party: the day after"
4 text <Bob Smith> Happy new year: everyone!
5 media <Alice> [IMG-20240101-WA0000.jpg] Look: fireworks
7 call <Bob Smith> null
8 location <Alice> Pimlico Gardens|London, United Kingdom|https://foursquare.com/v/4e89af95e5fa82ad4c0aa03b
11 system Carol changed their phone number to a new number. Tap to message or add the new number.
12 system Bob Smith added +44 7700 900123 and Dan: work
13 text <Alice> as agreed:|[12/30/23, 10:00:01 AM] Bob Smith: first|[12/30/23, 10:00:05 AM] Alice: second
16 text <Alice> See you at 5/6/24, 10:00 AM - don't be late: please|5/6/24, 10:00 AM - party: bring drinks
18 once <Bob Smith> <View once message omitted>
19 system Your security code with Dan: work changed. Tap to learn more.`,
		},
		"an iPhone's group without a mark anywhere": {
			`[1/2/24, 09:00:00] Squad: Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.
[1/2/24, 09:00:00] Squad: Anna created group "Squad"
[1/2/24, 09:00:03] Squad: Anna added Bob
[1/2/24, 09:01:00] Anna: Bob left his keys here
[1/2/24, 09:02:00] Bob: On my way
[1/13/24, 09:03:00] Squad: You're now an admin
[1/14/24, 09:04:00] Squad: Carl, who never wrote, left`,
			`1 system Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.
2 system Anna created group "Squad"
3 system Anna added Bob
4 text <Anna> Bob left his keys here
5 text <Bob> On my way
6 system You're now an admin
7 system Carl, who never wrote, left`,
		},
		"an iPhone's chat of two": {
			`[2024-02-03, 9:15:02 AM] Jane: ¦Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them.
[2024-02-03, 9:15:02 AM] Me: I added Tom to the list
[2024-02-03, 9:15:22 AM] Jane: Tom left: good
¦[2024-02-03, 9:17:22 AM] Jane: report.docx ¦document omitted
¦[2024-02-03, 9:17:52 AM] Jane: Look at this
¦image omitted
[2024-02-03, 9:17:52 AM] Me: ¦You turned on disappearing messages. New messages will disappear from this chat 24 hours after they’re sent, except when kept.
[2024-02-03, 9:17:52 AM] Jane: ¦Your security code with Jane changed. ¦Tap to learn more.
[2024-02-03, 9:18:52 AM] Me: `,
			`1 system Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them.
2 text <Me> I added Tom to the list
3 text <Jane> Tom left: good
4 omitted <Jane> report.docx document omitted
5 omitted <Jane> Look at this|image omitted
7 system You turned on disappearing messages. New messages will disappear from this chat 24 hours after they’re sent, except when kept.
8 system Your security code with Jane changed. Tap to learn more.
9 once <Me> `,
		},
		"a phone that puts no space behind the colon": {
			`[2026/7/9 02:28:09] 田中:¦メッセージと通話はエンドツーエンド暗号化されています。
[2026/7/9 02:28:19] 田中:おはよう
[2026/7/9 02:29:09] 佐藤:https://x.jp/a:b 見て
[2026/7/9 02:29:19] 佐藤:¦画像は含まれていません`,
			`1 system メッセージと通話はエンドツーエンド暗号化されています。
2 text <田中> おはよう
3 text <佐藤> https://x.jp/a:b 見て
4 omitted <佐藤> 画像は含まれていません`,
		},
		"a contact whose name has a colon": {
			`01/02/24, 10:01 - Work: Anna: one
01/02/24, 10:02 - Work: Anna: two: three
01/02/24, 10:03 - Bob: yes
01/02/24, 10:04 - Work: Anna: <Media omitted>
01/02/24, 10:05 - Work: Anna: five
13/02/24, 10:06 - Work: Anna:`,
			`1 text <Work: Anna> one
2 text <Work: Anna> two: three
3 text <Bob> yes
4 omitted <Work: Anna> <Media omitted>
5 text <Work: Anna> five
6 once <Work: Anna> `,
		},
		"people who quote the app's words": {
			"13/02/24, 10:01 - Bot: image omitted\n13/02/24, 10:02 - Bot: This message was deleted\nbut why?\n13/02/24, 10:03 - Bot: \"This message was deleted\", it says\n13/02/24, 10:04 - Bot: <Media omitted>\nwith words",
			"1 text <Bot> image omitted\n2 text <Bot> This message was deleted|but why?\n4 text <Bot> \"This message was deleted\", it says\n5 omitted <Bot> <Media omitted>|with words",
		},
		"a person who begins all messages alike": {
			"01/02/24, 10:01 - Bot: Order: one\n01/02/24, 10:02 - Bot: Order: two\n13/02/24, 10:02 - Bot: Order: three",
			"1 text <Bot> Order: one\n2 text <Bot> Order: two\n3 text <Bot> Order: three",
		},
		"texts before the first header, BOMs and blank lines": {
			"a note\n\n\ufeff[\ufeff29.01.18, 10:00:00] Bob: \ufeffa\n\n\nb\n\n\n",
			"3 text <Bob> a|||b",
		},
		"old attachments": {
			"[29/01/18, 10:00:00] Bob: 2018-01-29-PHOTO-00000001.jpg ¦<attached>\n[29/01/18, 10:00:01] Bob: < attached: IMG 1.jpg >\n[29/01/18, 10:00:02] Bob: <allegato: 00000003-x.pdf>",
			"1 media <Bob> [2018-01-29-PHOTO-00000001.jpg] \n2 media <Bob> [IMG 1.jpg] \n3 media <Bob> [00000003-x.pdf] ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, end := range []string{"\n", "\r\n"} {
				a, got := told(t, strings.ReplaceAll(marked(c.text), "\n", end))
				if strings.Join(got, "\n") != c.want {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
				}
				if n := len(got); a.Messages+a.System != n {
					t.Errorf("%d messages and %d lines of the app, but %d in all", a.Messages, a.System, n)
				}
			}
		})
	}
}

func TestRealSamplesKeepTheirCounts(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"englishandroid24h.txt": "android en mdy 42 8 0 0 5 {0 2} 2018-01-29T12:24:00 2018-01-30T00:23:00",
		"englishios24h.txt":     "ios en mdy 42 8 0 0 5 {0 2} 2018-01-29T12:24:12 2018-01-30T00:23:03",
		"germanandroid24h.txt":  "android de dmy 42 8 0 0 5 {0 2} 2018-01-29T12:24:00 2018-01-30T00:13:00",
		"germaniosampm.txt":     "ios de dmy 42 8 0 0 5 {0 2} 2018-01-29T12:24:03 2018-01-30T00:23:03",
		"lorem-2000.txt":        "ios und ymd 2000 0 0 0 4 {0 0} 2019-04-16T02:09:00 2020-06-13T00:00:00",
	} {
		e, err := Open(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		a, err := e.Analyze(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%s %s %s %d %d %d %d %d %v %s %s", a.Platform, a.Language, a.DateOrder, a.Messages, a.System, a.Deleted, a.Edited, len(a.People), a.Media, a.First, a.Last)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", file, got, want)
		}
		if report := Report(a); !strings.Contains(report, file) || !strings.Contains(report, a.People[0].Name) {
			t.Errorf("%s: the report says too little:\n%s", file, report)
		}
	}
}

// What outside tests read must not change its shape.
func TestAnalysisHasExactlyThePromisedFields(t *testing.T) {
	t.Parallel()
	a, err := analyze(t, "x.txt", []byte("29/01/18, 10:00 - Bob: a\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"file":"x.txt","platform":"android","language":"und","date_order":"dmy","date_order_reason":"first_over_12","messages":1,"system":0,"deleted":0,"edited":0,"people":[{"name":"Bob","messages":1}],"media":{"present":0,"missing":0},"first":"2018-01-29T10:00:00","last":"2018-01-29T10:00:00","warnings":[]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFilesThatAreNoExportAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content []byte
		code    string
	}{
		"empty":            {nil, "import.empty"},
		"blank":            {[]byte(" \n\n\t\r\n"), "import.empty"},
		"letter":           {[]byte("Dear Bob,\nhow are you?\n"), "import.not_an_export"},
		"csv":              {[]byte("date,time,text\n2024-01-01,10:00,hello\n"), "import.not_an_export"},
		"json":             {[]byte(`{"messages":[{"date":"2024-01-01T10:00:00"}]}`), "import.not_an_export"},
		"pdf":              {append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte{0, 1, 2, 255, '\n'}, 1000)...), "import.not_an_export"},
		"diary":            {[]byte("12/03/2024, 10:30 - went to the market\n13/03/2024, 11:00 - rain\n"), "import.not_an_export"},
		"Persian calendar": {[]byte("۱۴۰۳/۱/۵، ۱۰:۳۰ - Bob: a\n۱۴۰۳/۱/۶، ۱۰:۳۰ - Bob: b\n"), "import.calendar"},
		"binary":           {bytes.Repeat([]byte{0x89, 0xFF, 0x00}, 500_000), "import.line_too_long"},
	} {
		if _, err := analyze(t, "x.txt", c.content); problem.Of(err) == nil || problem.Of(err).Code != c.code {
			t.Errorf("%s: want %s, got %v", name, c.code, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.txt")); problem.Of(err) == nil {
		t.Errorf("no file: %v", err)
	}
	if _, err := Open(t.TempDir()); problem.Of(err) == nil {
		t.Errorf("a folder: %v", err)
	}
}

func TestTextsOfOtherEncodingsAreDecodedOrRepaired(t *testing.T) {
	t.Parallel()
	text := "29/01/18, 10:00 - Bob: però 👍\r\n29/01/18, 10:01 - Anna: ok\r\n"
	wide := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	a, err := analyze(t, "x.txt", wide)
	if err != nil || a.Messages != 2 || len(a.Warnings) != 0 {
		t.Errorf("UTF-16: %+v %v", a, err)
	}
	a, err = analyze(t, "x.txt", []byte("29/01/18, 10:00 - Bob: per\xf2\n29/01/18, 10:01 - Anna: \x00ok\n"))
	if err != nil || a.Messages != 2 || fmt.Sprint(codes(a)) != "[line_unreadable]" {
		t.Errorf("Latin-1: %+v %v", a, err)
	}
}

func TestWarningsTellWhatIsMissing(t *testing.T) {
	t.Parallel()
	var long strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&long, "%02d/%02d/2%d, 10:00 - Bob: message\n", i/100%28+1, i/2800%12+1, 1+i/33600)
	}
	for name, c := range map[string]struct{ text, want string }{
		"silence":   {"13/01/24, 10:00 - Bob: a\n14/06/24, 10:00 - Bob: b\n", "[gap]"},
		"goes back": {"13/01/24, 10:00 - Bob: a\n12/01/24, 10:00 - Bob: b\n12/01/24, 09:30 - Bob: c\n", "[time_goes_back]"},
		"cut off":   {long.String(), "[truncated_likely]"},
		"preamble":  {"hello\n13/01/24, 10:00 - Bob: a\n", "[preamble]"},
		"autumn":    {"27/10/24, 02:59 - Bob: a\n27/10/24, 02:01 - Bob: b\n", "[]"},
	} {
		a, err := analyze(t, "x.txt", []byte(c.text))
		if err != nil || fmt.Sprint(codes(a)) != c.want {
			t.Errorf("%s: %v %v, want %s", name, codes(a), err, c.want)
		}
	}
}

func TestCancelledReadingStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	text, err := os.ReadFile("testdata/lorem-2000.txt")
	if err != nil {
		t.Fatal(err)
	}
	e, err := OpenReaderAt("x.txt", bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Analyze(ctx); err == nil {
		t.Error("a cancelled analysis came to an end")
	}
}

func TestTitleComesFromTheFilesName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"WhatsApp Chat with Team Rome.txt":    "Team Rome",
		"/home/x/Chat WhatsApp con Anna.txt":  "Anna",
		"WhatsApp Chat - Famiglia.zip.txt":    "Famiglia.zip",
		"Чат WhatsApp с контактом Dmitry.txt": "Dmitry",
		"_chat.txt": "",
	} {
		e, err := OpenReaderAt(name, strings.NewReader("x"), 1)
		if err != nil || e.Title() != want {
			t.Errorf("%s: %q %v", name, e.Title(), err)
		}
	}
}
