package whatsapp

import (
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind says what sort of line a message was.
type Kind string

// The kinds of message.
const (
	KindText     Kind = "text"
	KindSystem   Kind = "system"   // the app's own line: somebody joined, the subject changed
	KindDeleted  Kind = "deleted"  // what it said is not in the file
	KindMedia    Kind = "media"    // names a file, which the zip may hold
	KindOmitted  Kind = "omitted"  // media that the exporter left out
	KindOnce     Kind = "once"     // media to be seen once; never in the file
	KindCall     Kind = "call"     //
	KindLocation Kind = "location" //
	KindPoll     Kind = "poll"     //
)

// Message is one message, or one of the app's own lines, with its place in the
// file.
type Message struct {
	Line    int64     // of its header, from 1
	Offset  int64     // of its header's first byte
	Lines   int64     // how many lines it takes
	Header  string    // the header as it stands in the file
	Time    time.Time // the clock as written; its zone means nothing
	Seconds bool      // the clock shows seconds
	Sender  string    // empty for the app's own lines
	Text    string    // without direction marks and the app's markers
	Kind    Kind
	Edited  bool     // the earlier text is not in the file
	Files   []string // names of attached files
}

// LocalTime is the clock as written.
func (m *Message) LocalTime() string { return m.Time.Format(localLayout) }

const localLayout = "2006-01-02T15:04:05"

// reading is what classify finds in a text.
type reading struct {
	kind   Kind
	edited bool
	files  []string
	text   string
	in     tongues // languages that a marker was of
}

// classify finds the app's markers in a person's text. has tells which file
// names the zip holds, which settles an attachment in any language.
func classify(raw string, android bool, has func(string) bool) reading {
	r := reading{kind: KindText}
	raw = strings.TrimRight(raw, "\r\n")
	raw = r.cutEdited(raw)
	bare := clean(raw)
	first, rest, _ := strings.Cut(bare, "\n")
	switch {
	case strings.TrimSpace(bare) == "":
		if !r.edited {
			r.kind = KindOnce
		}
		return r
	case android && bare == "null":
		r.kind, r.text = KindCall, bare
		return r
	}
	if r.attachments(bare, first, rest, android, has) {
		return r
	}
	r.text = bare
	r.phrases(raw, bare, first, android)
	return r
}

// cutEdited takes the mark of an edited message off its end.
func (r *reading) cutEdited(raw string) string {
	trimmed := strings.TrimRightFunc(raw, func(c rune) bool { return isSpace(c) || invisible(c) })
	if !strings.HasSuffix(trimmed, ">") {
		return raw
	}
	at := strings.LastIndexByte(trimmed, '<')
	if at < 0 {
		return raw
	}
	in, ok := words.edited[plain(trimmed[at+1:len(trimmed)-1])]
	if !ok {
		return raw
	}
	r.edited, r.in = true, r.in|in
	return strings.TrimRightFunc(trimmed[:at], func(c rune) bool { return isSpace(c) || invisible(c) })
}

// attachments finds FILE (file attached) and <attached: FILE>, with a caption
// before or behind.
func (r *reading) attachments(bare, first, rest string, android bool, has func(string) bool) bool {
	if name, in, ok := androidFile(first, has); ok && android {
		r.kind, r.files, r.in = KindMedia, []string{name}, r.in|in
		r.text = caption(rest, name)
		return true
	}
	if !strings.Contains(bare, ">") {
		return false
	}
	var kept []string
	for l := range strings.SplitSeq(bare, "\n") {
		before, name, in, ok := iphoneFile(l, has)
		if !ok {
			kept = append(kept, l)
			continue
		}
		r.files, r.in = append(r.files, name), r.in|in
		if before = caption(before, name); before != "" {
			kept = append(kept, before)
		}
	}
	if len(r.files) == 0 {
		return false
	}
	r.kind, r.text = KindMedia, strings.Trim(strings.Join(kept, "\n"), "\n")
	return true
}

// androidFile reads FILE (file attached) at the end of a line.
func androidFile(l string, has func(string) bool) (name string, in tongues, ok bool) {
	l = strings.TrimSpace(l)
	if !strings.HasSuffix(l, ")") {
		return "", 0, false
	}
	at := strings.LastIndex(l, " (")
	if at <= 0 {
		return "", 0, false
	}
	name = strings.TrimSpace(l[:at])
	in, ok = words.attached[plain(l[at+2:len(l)-1])]
	return name, in, name != "" && (ok || androidName(name) || has(name))
}

// iphoneFile reads <attached: FILE> at the end of a line, and the older
// FILE <attached>.
func iphoneFile(l string, has func(string) bool) (before, name string, in tongues, ok bool) {
	l = strings.TrimSpace(l)
	at := strings.LastIndexByte(l, '<')
	if at < 0 || !strings.HasSuffix(l, ">") {
		return "", "", 0, false
	}
	before, inner := strings.TrimSpace(l[:at]), l[at+1:len(l)-1]
	word, file, colon := strings.Cut(strings.ReplaceAll(inner, "：", ":"), ":")
	in, ok = words.iphone[plain(word)]
	if !colon {
		return "", before, in, ok && before != "" && strings.Contains(before, ".")
	}
	file = strings.TrimSpace(file)
	known := ok || iphoneName(file) || has(file)
	return before, file, in, file != "" && known && len(word) < 64
}

// caption drops what repeats the name of the file, as the app does with
// documents: "offer.pdf • 2 pages", and a line with the bare name.
func caption(s, name string) string {
	s = strings.Trim(s, "\n")
	plainName := strings.TrimSuffix(name, path.Ext(name))
	if i := strings.IndexByte(plainName, '-'); i == 8 && iphoneName(name) {
		plainName = plainName[i+1:]
	}
	if s == name || s == plainName || plainName+path.Ext(name) == s {
		return ""
	}
	if title, _, ok := strings.Cut(s, "•"); ok && !strings.Contains(s, "\n") {
		title = strings.TrimSpace(title)
		if strings.HasSuffix(name, title) || strings.TrimSuffix(title, path.Ext(title)) == plainName {
			return ""
		}
	}
	return s
}

// androidName knows IMG-20220323-WA0002.jpg and its like.
func androidName(s string) bool {
	kind, rest, ok := strings.Cut(s, "-")
	if !ok || len(kind) != 3 || len(rest) < 15 {
		return false
	}
	return allDigits(rest[:8]) && strings.HasPrefix(rest[8:], "-WA") && allDigits(rest[11:15])
}

// iphoneName knows 00000035-PHOTO-2022-03-27-21-41-55.jpg and its like.
func iphoneName(s string) bool {
	return len(s) > 9 && s[8] == '-' && allDigits(s[:8])
}

func allDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// phrases finds the markers that are the whole of a text or begin it.
func (r *reading) phrases(raw, bare, first string, android bool) {
	line, alone := plain(first), bare == first
	if p, ok := words.whole[strings.Trim(line, "<> .")]; ok {
		media := p.meaning == meansOmitted || p.meaning == meansOnce
		if alone && !media || media && (!android || strings.HasPrefix(line, "<")) {
			r.meant(p)
			return
		}
	}
	if alone && len(line) < 400 {
		if in, ok := words.deleted.find(line); ok {
			r.kind, r.in = KindDeleted, r.in|in
			return
		}
	}
	if in, ok := words.poll[line]; ok {
		r.kind, r.in = KindPoll, r.in|in
		return
	}
	if strings.Contains(bare, "://maps.google.com/?q=") || strings.Contains(bare, "://foursquare.com/v/") || strings.Contains(bare, "://maps.apple.com/") {
		r.kind = KindLocation
		if word, _, ok := strings.Cut(line, ":"); ok {
			r.in |= words.location[strings.TrimSpace(word)]
		}
		return
	}
	p, ok := words.calls[line]
	if !ok {
		p, ok = words.calls[clause(line)]
	}
	if ok && len(line) < 120 {
		r.meant(p)
		return
	}
	r.leftOutBehind(raw)
}

func (r *reading) meant(p phrase) {
	r.in |= p.in
	switch p.meaning {
	case meansOmitted:
		r.kind = KindOmitted
	case meansDeleted:
		r.kind = KindDeleted
	case meansCall:
		r.kind = KindCall
	case meansLive:
		r.kind = KindLocation
	case meansOnce:
		r.kind = KindOnce
	}
}

// clause is a text up to its first stop or comma: "voice call. 3 min".
func clause(s string) string {
	if i := strings.IndexFunc(s, func(r rune) bool { return strings.ContainsRune(".,。、(（•·،", r) }); i > 0 {
		s = s[:i]
	}
	return strings.TrimSpace(s)
}

// leftOutBehind finds a marker behind a document's name or a caption: the app
// puts a direction mark right before it, or the name has an extension.
func (r *reading) leftOutBehind(raw string) {
	last := raw
	if i := strings.LastIndexByte(raw, '\n'); i >= 0 {
		last = raw[i+1:]
	}
	if i := strings.LastIndex(last, "\u200e"); i >= 0 {
		if p, ok := words.whole[strings.Trim(plain(last[i:]), "<> .")]; ok && p.meaning == meansOmitted {
			r.meant(p)
			return
		}
	}
	if !strings.ContainsAny(last, ".•") {
		return
	}
	line := plain(last)
	for i := range line {
		if i == 0 || line[i-1] != ' ' {
			continue
		}
		in, ok := words.document[strings.Trim(line[i:], "<>")]
		if before := strings.TrimSpace(line[:i]); ok && namesDocument(before) {
			r.kind, r.in = KindOmitted, r.in|in
			return
		}
	}
}

// namesDocument tells a document's title, with or without "• 2 pages".
func namesDocument(s string) bool {
	s, _, paged := strings.Cut(s, " • ")
	ext := path.Ext(s)
	return paged || len(ext) >= 3 && len(ext) <= 6 && !strings.ContainsFunc(ext[1:], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// clean drops the marks that steer direction, which the app puts around names,
// markers and mentions, and a byte order mark wherever it strayed to.
func clean(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < utf8.RuneSelf
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
}
