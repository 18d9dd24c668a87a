package lab_test

import (
	"strings"
	"testing"
	"time"

	"verbale/e2e/lab"
)

func TestANodeThatIsThereSoonerThanItsS3WaitsForIt(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	s3 := l.S3(l.Host("s3"))
	s3.Kill()
	h := l.Host("node")
	n := h.Verbale(lab.Program(t), h.Dir("data"), nil, s3.Options()...)
	waits := func() int { return strings.Count(n.Log(), "starts when S3 answers") }
	lab.Until(t, 30*time.Second, "it waits", func() bool { return waits() >= 2 })
	if n.Ready() {
		t.Error("it is ready without the place of its files")
	}
	s3.Start(t)
	n.MustBeReady(t)
}

func TestANodeThatIsThereSoonerThanItsDatabaseWaitsForIt(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	pg := l.Postgres(l.Host("pg1"), l.Host("pg2"))
	pg.PrimaryHost().Kill()
	h, other := l.Host("node"), l.Host("other")
	n := h.Verbale(lab.Program(t), h.Dir("data"), nil, "--database", pg.AppURL, "--database-owner", pg.OwnerURL)
	waits := func() int { return strings.Count(n.Log(), "starts when the database answers") }
	lab.Until(t, 30*time.Second, "it waits", func() bool { return waits() >= 2 })
	if n.Ready() {
		t.Error("it is ready without a database")
	}
	if strings.Contains(n.Log(), "error:") {
		t.Errorf("it ended:\n%s", n.Log())
	}
	pg.PrimaryHost().Start(t)
	n.MustBeReady(t)

	// What waiting does not mend is told at once.
	wrong := strings.ReplaceAll(pg.AppURL, "app:secret", "app:wrong")
	n = other.Verbale(lab.Program(t), other.Dir("data"), nil, "--database", wrong)
	lab.Until(t, 30*time.Second, "it has ended", func() bool { return strings.Contains(n.Log(), "refuses the user or the password") })
	if waits() > 0 {
		t.Errorf("it waited for the password to become right:\n%s", n.Log())
	}
}
