package whatsapp

import (
	"strings"
	"time"
)

// DateOrder says which number of a date is the day, the month and the year.
type DateOrder string

// The orders that phones write dates in.
const (
	DMY DateOrder = "dmy"
	MDY DateOrder = "mdy"
	YMD DateOrder = "ymd"
)

// Why a date order was decided as it was.
const (
	reasonYearFirst  = "year_first"
	reasonFirst      = "first_over_12"
	reasonSecond     = "second_over_12"
	reasonDecreasing = "decreasing"
	reasonFaster     = "faster_changing"
	reasonMedia      = "media_names"
	reasonAssumed    = "assumed"
	reasonGiven      = "given"
)

var orders = [...]DateOrder{DMY, MDY, YMD}

// foreignYear tells a year of the Persian or Islamic calendar.
func (h *header) foreignYear() bool {
	if h.shape.year < 0 {
		return false
	}
	y := h.n[h.shape.year]
	return y >= 1300 && y <= 1500
}

// local is the clock that the header shows, if it is one in this order.
func (h *header) local(o DateOrder) (time.Time, bool) {
	var d, m, y int
	switch o {
	case DMY:
		d, m, y = h.n[0], h.n[1], h.n[2]
	case MDY:
		m, d, y = h.n[0], h.n[1], h.n[2]
	case YMD:
		y, m, d = h.n[0], h.n[1], h.n[2]
	default:
		return time.Time{}, false
	}
	if h.shape.year >= 0 && (o == YMD) != (h.shape.year == 0) {
		return time.Time{}, false
	}
	switch {
	case h.era == notOurs || h.foreignYear():
		return time.Time{}, false
	case h.era != 0:
		y += h.era
	case y >= 2400 && y < 2700: // Buddhist years, which Thai phones write without a mark
		y -= 543
	case y < 100:
		y += 2000
	}
	if y < 1970 || y > 2100 || m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(m), d, h.h, h.m, h.s, 0, time.UTC)
	return t, t.Day() == d // the 30th of February is none
}

// evidence is what the dates of one shape say about their order.
type evidence struct {
	lines   int
	over12  [2]int // how often the first, the second number is no month
	over31  int    // how often the first number is no day
	future  int    // how often the third number as a year has not come yet
	invalid [3]int // by order
	back    [3]int // how often the date goes back, by order
	changes [3]int // how often each number changes
	same    int    // first and second number equal: either order is right
	foreign int
	padded  bool
	shouted bool
	named   [3]int // how often the date in the name of an attachment is that of its message, by order
	prev    [3]int
	last    [3]time.Time
}

// dated compares a message's date with the one that the app has put into the
// name of its attachment: IMG-20180129-WA0001.jpg.
func (e *evidence) dated(h *header, file string) {
	var day string
	switch {
	case androidName(file):
		day = file[4:12]
	case iphoneName(file):
		_, rest, _ := strings.Cut(file[9:], "-")
		day = strings.ReplaceAll(rest[:min(len(rest), 10)], "-", "")
	}
	on, err := time.Parse("20060102", day)
	if err != nil {
		return
	}
	for i, o := range orders {
		if t, ok := h.local(o); ok && t.Sub(on).Abs() < 48*time.Hour {
			e.named[i]++
		}
	}
}

func (e *evidence) add(h *header, thisYear int) {
	if e.lines > 0 && h.n == e.prev { // most lines share their date with the one before
		e.lines++
		if h.n[0] == h.n[1] {
			e.same++
		}
		return
	}
	for i, n := range h.n {
		if e.lines > 0 && n != e.prev[i] {
			e.changes[i]++
		}
	}
	e.lines++
	e.prev = h.n
	e.padded = e.padded || h.padded
	e.shouted = e.shouted || h.shouted
	for i := range e.over12 {
		if h.n[i] > 12 {
			e.over12[i]++
		}
	}
	if h.n[0] > 31 {
		e.over31++
	}
	if h.n[2] < 100 && h.n[2] > thisYear%100+1 {
		e.future++
	}
	if h.n[0] == h.n[1] {
		e.same++
	}
	if h.era == notOurs || h.foreignYear() {
		e.foreign++
	}
	for i, o := range orders {
		t, ok := h.local(o)
		if !ok {
			e.invalid[i]++
			continue
		}
		t = t.Truncate(24 * time.Hour)
		if t.Before(e.last[i]) {
			e.back[i]++
		}
		e.last[i] = t
	}
}

// decide names the order and the reason for it.
func (e *evidence) decide(s shape, language string) (DateOrder, string) {
	if s.year == 0 {
		return YMD, reasonYearFirst
	}
	if s.year < 0 && e.invalid[2] == 0 {
		switch {
		case e.over31 > 0, e.future > 0:
			return YMD, reasonYearFirst
		case e.changes[2] > e.changes[0] && e.changes[2] > e.changes[1]:
			return YMD, reasonFaster // a year never changes faster than its days
		}
	}
	if e.over12[0] > 0 || e.over12[1] > 0 {
		if e.over12[0] >= e.over12[1] {
			return DMY, reasonFirst
		}
		return MDY, reasonSecond
	}
	if e.back[0] != e.back[1] {
		if e.back[0] < e.back[1] {
			return DMY, reasonDecreasing
		}
		return MDY, reasonDecreasing
	}
	if e.changes[0] != e.changes[1] {
		if e.changes[0] > e.changes[1] {
			return DMY, reasonFaster
		}
		return MDY, reasonFaster
	}
	if e.named[0] != e.named[1] {
		if e.named[0] > e.named[1] {
			return DMY, reasonMedia
		}
		return MDY, reasonMedia
	}
	// Only the habits of a region are left. English dates with a slash and no
	// padding are American, if AM or PM is in capitals or the year is short; all
	// others put the day first.
	habit := e.shouted
	if !s.twelve {
		habit = s.year < 0
	}
	if s.sep == '/' && !e.padded && habit && (language == "en" || language == "und") {
		return MDY, reasonAssumed
	}
	return DMY, reasonAssumed
}

// sure tells whether an assumption could have been wrong at all.
func (e *evidence) sure(reason string) bool {
	return reason != reasonAssumed || e.same == e.lines
}
