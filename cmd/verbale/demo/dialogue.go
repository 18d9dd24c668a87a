package demo

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed dialogues_it.txt
var italian string

//go:embed dialogues_en.txt
var english string

// A dialogue is a short exchange between two to three people. In the files a
// dialogue begins with "@" and its topics; each line is a speaker (A, B or C),
// a mark, and what is said, in one or more versions parted by " | ":
//
//	A: text            says it
//	B> text            replies to the message before
//	A~ text => better  says it and edits it
//	A- text            says it and deletes it
//
// The same version is taken throughout a dialogue; a line with one version
// fits them all.
type dialogue struct {
	topics []string
	lines  []line
}

type line struct {
	speaker  int // 0 is A
	mark     byte
	versions []string
}

func (d dialogue) versions() int {
	most := 1
	for _, l := range d.lines {
		most = max(most, len(l.versions))
	}
	return most
}

func (d dialogue) speakers() int {
	most := 0
	for _, l := range d.lines {
		most = max(most, l.speaker+1)
	}
	return most
}

func (l line) version(k int) string { return l.versions[min(k, len(l.versions)-1)] }

func parseDialogues(text string) (found []dialogue, err error) {
	number := 0
	for row := range strings.Lines(text) {
		number++
		row = strings.TrimSpace(row)
		switch {
		case row == "":
		case strings.HasPrefix(row, "@"):
			found = append(found, dialogue{topics: strings.Fields(row[1:])})
		case len(found) > 0 && len(row) > 3 && row[0] >= 'A' && row[0] <= 'C' && strings.IndexByte(":>~-", row[1]) >= 0:
			last := &found[len(found)-1]
			last.lines = append(last.lines, line{int(row[0] - 'A'), row[1], strings.Split(strings.TrimSpace(row[2:]), " | ")})
		case row[0] >= 'A' && row[0] <= 'C' && len(row) > 1 && row[1] == ' ':
			return nil, fmt.Errorf("line %d has no mark", number)
		default:
			return nil, fmt.Errorf("line %d is neither a topic nor a line of a dialogue", number)
		}
	}
	return found, nil
}

// about gives the dialogues on any of the topics.
func about(all []dialogue, topics []string) (found []dialogue) {
	for _, d := range all {
		if slices.ContainsFunc(d.topics, func(t string) bool { return slices.Contains(topics, t) }) {
			found = append(found, d)
		}
	}
	return found
}
