package importer

import (
	"time"
	_ "time/tzdata" // a server without zone files must know them too
)

// clock turns the times of an export, which are bare clock readings, into
// instants of a time zone.
//
// Twice a year that is not one to one. An hour that the clocks skip in spring
// is taken as if they had not been put forward yet (02:30 becomes 03:30). An
// hour that comes twice in autumn is the first of the two, unless the message
// before it was later than that: then it is the second.
type clock struct {
	zone *time.Location
	last time.Time
}

// at gives the instant of a clock reading, whose own zone means nothing.
func (c *clock) at(reading time.Time) time.Time {
	before := c.offset(reading.Add(-24 * time.Hour))
	after := c.offset(reading.Add(24 * time.Hour))
	first, second := reading.Add(-before), reading.Add(-after)
	t := first
	if before != after {
		switch fits1, fits2 := c.reads(first, reading), c.reads(second, reading); {
		case fits1 && fits2 && c.last.After(first) && !c.last.After(second), !fits1 && fits2:
			t = second
		}
	}
	c.last = t
	return t
}

// offset is how far the zone is ahead of UTC around a clock reading.
func (c *clock) offset(reading time.Time) time.Duration {
	_, seconds := reading.In(c.zone).Zone()
	return time.Duration(seconds) * time.Second
}

// reads tells whether the zone's clocks show a reading at an instant.
func (c *clock) reads(t, reading time.Time) bool {
	_, seconds := t.In(c.zone).Zone()
	return t.Add(time.Duration(seconds) * time.Second).Equal(reading)
}
