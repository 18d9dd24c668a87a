package importer

import (
	"testing"
	"time"
)

func TestClockReadingsBecomeInstants(t *testing.T) {
	t.Parallel()
	const layout = "2006-01-02 15:04:05"
	for name, c := range map[string]struct {
		zone     string
		readings []string
		instants []string
	}{
		"winter and summer": {"Europe/Rome", []string{"2024-01-15 10:00:00", "2024-07-15 10:00:00"}, []string{"2024-01-15 09:00:00", "2024-07-15 08:00:00"}},
		// 02:00 to 03:00 does not exist: it is an hour later by the new clock
		"skipped hour": {"Europe/Rome", []string{"2024-03-31 01:59:59", "2024-03-31 02:30:00", "2024-03-31 03:00:00"}, []string{"2024-03-31 00:59:59", "2024-03-31 01:30:00", "2024-03-31 01:00:00"}},
		// 02:00 to 03:00 comes twice: the first, until the clock has gone back
		"double hour":           {"Europe/Rome", []string{"2024-10-27 02:10:00", "2024-10-27 02:50:00", "2024-10-27 02:05:00", "2024-10-27 02:55:00", "2024-10-27 03:05:00"}, []string{"2024-10-27 00:10:00", "2024-10-27 00:50:00", "2024-10-27 01:05:00", "2024-10-27 01:55:00", "2024-10-27 02:05:00"}},
		"half an hour":          {"Australia/Lord_Howe", []string{"2024-04-07 01:45:00", "2024-04-07 01:40:00"}, []string{"2024-04-06 14:45:00", "2024-04-06 15:10:00"}},
		"no daylight saving":    {"Asia/Kolkata", []string{"2024-01-15 10:00:00"}, []string{"2024-01-15 04:30:00"}},
		"a day that never was":  {"Pacific/Apia", []string{"2011-12-29 10:00:00", "2011-12-31 10:00:00"}, []string{"2011-12-29 20:00:00", "2011-12-30 20:00:00"}},
		"west of the date line": {"America/New_York", []string{"2024-11-03 01:30:00", "2024-11-03 01:10:00"}, []string{"2024-11-03 05:30:00", "2024-11-03 06:10:00"}},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		k := clock{zone: zone}
		for i, r := range c.readings {
			reading, err := time.Parse(layout, r)
			if err != nil {
				t.Fatal(err)
			}
			if got := k.at(reading).UTC().Format(layout); got != c.instants[i] {
				t.Errorf("%s: %s is %s, want %s", name, r, got, c.instants[i])
			}
		}
	}
}
