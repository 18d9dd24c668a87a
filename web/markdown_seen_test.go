package web

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

const (
	deepestQuote  = 3
	deepestItem   = 3
	deepestInline = 4 // each of the four marks of emphasis, once
)

// seen gathers what a reader of a parsed text sees.
type seen struct {
	t      *testing.T
	source string
	text   strings.Builder
}

func (s *seen) blocks(all []piece, depth int) {
	if depth > deepestQuote {
		s.t.Fatalf("%.500q: a quote %d deep", s.source, depth)
	}
	for _, b := range all {
		switch b.Type {
		case "paragraph":
			s.inlines(b.Children, 0)
		case "code":
			s.text.WriteString(b.Text)
		case "quote":
			s.blocks(b.Children, depth+1)
		case "list":
			for _, item := range b.Items {
				if item.Depth > deepestItem {
					s.t.Fatalf("%.500q: an item %d deep", s.source, item.Depth)
				}
				if b.Ordered {
					s.text.WriteString(strconv.Itoa(item.Value))
				}
				s.inlines(item.Children, 0)
			}
		default:
			s.t.Fatalf("%.500q: a block of type %q", s.source, b.Type)
		}
	}
}

func (s *seen) inlines(all []piece, depth int) {
	if depth > deepestInline {
		s.t.Fatalf("%.500q: emphasis %d deep", s.source, depth)
	}
	for _, p := range all {
		switch p.Type {
		case "text", "code":
			s.text.WriteString(p.Text)
		case "break":
		case "strong", "em":
			s.inlines(p.Children, depth+1)
		case "link":
			s.text.WriteString(p.Text)
			s.link(p)
		default:
			s.t.Fatalf("%.500q: a piece of type %q", s.source, p.Type)
		}
	}
}

var addressScheme = regexp.MustCompile(`^(?:https?://[^/]|mailto:)`)

func (s *seen) link(p piece) {
	if !addressScheme.MatchString(p.Href) || strings.ContainsAny(p.Href, " \t\r\n\"<>\\") {
		s.t.Fatalf("%.500q: a link to %q", s.source, p.Href)
	}
	if u, err := url.Parse(p.Href); err == nil && u.User != nil {
		s.t.Fatalf("%.500q: a link with a user's name: %q", s.source, p.Href)
	}
	if !strings.ContainsFunc(p.Text, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }) {
		s.t.Fatalf("%.500q: a link that shows nothing", s.source)
	}
}

// What of a text is not shown because it is markup: single marks anywhere, and
// these.
const marks = "\\`*_[]()>•-."

var markup = regexp.MustCompile(
	`\]\(\s?[^\s()\[\]]+\s?\)` + // where a link goes
		"|```[^\\S\n\r]*[\\w+#.-]*[^\\S\n\r]*[\n\r]" + // the language of code
		`|\d{1,9}[.)] `) // an item's number

// nothingLost holds what is seen against what was written: nothing is invented,
// and what is not shown is markup.
func (s *seen) nothingLost() {
	left := map[rune]int{}
	for _, r := range s.source {
		left[r]++
	}
	for _, r := range s.text.String() {
		if left[r]--; left[r] < 0 && visible(r) {
			s.t.Fatalf("%.500q: %q was invented", s.source, r)
		}
	}
	may := map[rune]int{}
	for _, found := range markup.FindAllString(s.source, -1) {
		for _, r := range found {
			may[r]++
		}
	}
	for r, n := range left {
		if visible(r) && !strings.ContainsRune(marks, r) && n > may[r] {
			s.t.Fatalf("%.500q: %q was lost", s.source, r)
		}
	}
}

// visible says what may not go: everything but what ends lines and parts words.
func visible(r rune) bool { return !unicode.IsSpace(r) && r != '\ufeff' }
