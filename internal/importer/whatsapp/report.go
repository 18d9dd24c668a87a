package whatsapp

import (
	"fmt"
	"strings"
)

// orderWords and reasonWords say in plain words what the codes mean.
var (
	orderWords  = map[DateOrder]string{DMY: "day, month, year", MDY: "month, day, year", YMD: "year, month, day"}
	reasonWords = map[string]string{
		reasonYearFirst:  "the year stands first",
		reasonFirst:      "the first number is above 12 somewhere",
		reasonSecond:     "the second number is above 12 somewhere",
		reasonDecreasing: "in the other order, dates would go back",
		reasonFaster:     "the number that changes faster is the day",
		reasonMedia:      "the names of attachments have the same dates",
		reasonAssumed:    "assumed: no date tells",
		reasonGiven:      "given",
	}
	platformWords = map[string]string{"android": "Android", "ios": "iPhone"}
)

const shownPeople = 20

// Report tells a person what an analysis found.
func Report(a Analysis) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "%s\n", a.File)
	platform := platformWords[a.Platform]
	if a.Language != "und" {
		platform += ", in " + a.Language
	}
	line("from", "%s", platform)
	line("dates", "%s (%s)", orderWords[a.DateOrder], reasonWords[a.DateOrderReason])
	if a.First != "" {
		line("period", "%s to %s, by the phone's clock", strings.Replace(a.First, "T", " ", 1), strings.Replace(a.Last, "T", " ", 1))
	}
	line("messages", "%d, of which %d deleted and %d edited; %d lines of the app itself", a.Messages, a.Deleted, a.Edited, a.System)
	line("attachments", "%d in the file, %d missing", a.Media.Present, a.Media.Missing)
	name := "people"
	for i, p := range a.People {
		if i == shownPeople {
			line("", "and %d more", len(a.People)-i)
			break
		}
		line(name, "%s: %d", p.Name, p.Messages)
		name = ""
	}
	name = "please note"
	for _, w := range a.Warnings {
		line(name, "%s (%s)", w.Text, w.Code)
		name = ""
	}
	return b.String()
}
