package whatsapp

import (
	"fmt"
	"strings"
	"testing"
)

// dated renders messages of these dates, one a line.
func dated(layout string, dates ...string) string {
	var b strings.Builder
	for i, d := range dates {
		fmt.Fprintf(&b, layout+"Bob: message\n", d, i%60)
	}
	return b.String()
}

func TestDateOrderIsDecidedByEvidence(t *testing.T) {
	t.Parallel()
	const android, shout, ios = "%s, 10:%02d - ", "%s, 9:%02d AM - ", "[%s, 10:11:%02d] "
	for name, c := range map[string]struct {
		text, order, reason, warn string
	}{
		"year first":               {dated(ios, "2024-01-02", "2024-02-04"), "ymd", "year_first", ""},
		"day over 12 first":        {dated(android, "01/02/24", "13/02/24"), "dmy", "first_over_12", ""},
		"day over 12 second":       {dated(android, "1/2/24", "1/13/24"), "mdy", "second_over_12", ""},
		"most say day first":       {dated(android, "13/02/24", "14/02/24", "15/02/24", "02/16/24"), "dmy", "first_over_12", ""},
		"goes back as month first": {dated(android, "05/01/24", "07/01/24", "03/02/24"), "dmy", "decreasing", ""},
		"goes back as day first":   {dated(android, "01/05/24", "01/07/24", "02/03/24"), "mdy", "decreasing", ""},
		"first changes faster":     {dated(android, "05/01/24", "06/01/24", "07/01/24"), "dmy", "faster_changing", ""},
		"second changes faster":    {dated(android, "01/05/24", "01/06/24", "01/07/24"), "mdy", "faster_changing", ""},
		"media names":              {dated(android, "03/04/24") + "03/04/24, 10:01 - Bob: IMG-20240304-WA0001.jpg (file attached)\n", "mdy", "media_names", "media_missing"},
		"American habit":           {dated(shout, "3/4/24"), "mdy", "assumed", "date_order_assumed"},
		"padded":                   {dated(shout, "03/04/24"), "dmy", "assumed", "date_order_assumed"},
		"dots":                     {dated(android, "3.4.24"), "dmy", "assumed", "date_order_assumed"},
		"either is the same":       {dated(android, "3/3/24", "3/3/24"), "mdy", "assumed", ""},
		"two-digit years first":    {dated(android, "24/1/29", "24/1/30", "24/2/1"), "ymd", "year_first", ""},
		"over 31":                  {dated(android, "97/1/2", "97/1/3"), "ymd", "year_first", ""},
		"years later":              {dated(android, "18.01.18", "19.01.18"), "dmy", "first_over_12", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := analyze(t, "x.txt", []byte(c.text))
			if err != nil {
				t.Fatalf("%v\n%s", err, c.text)
			}
			if got := fmt.Sprintf("%s %s %s", a.DateOrder, a.DateOrderReason, strings.Join(codes(a), " ")); strings.TrimSpace(got) != strings.TrimSpace(c.order+" "+c.reason+" "+c.warn) {
				t.Errorf("%s, want %s %s %s\n%s", got, c.order, c.reason, c.warn, c.text)
			}
		})
	}
}
