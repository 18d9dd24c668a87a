package lab_test

import (
	"testing"
	"time"

	"verbale/e2e/lab"
)

func TestS3IsLostAndComesBack(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	s3 := l.S3(l.Host("s3"))
	l.Cut(s3.Host, l.Clients())
	if s3.Answers() {
		t.Error("S3 answers over a line that is cut")
	}
	l.Heal()
	lab.Until(t, 10*time.Second, "S3 answers again", s3.Answers)
	s3.Kill()
	if s3.Answers() {
		t.Error("S3 answers after it was killed")
	}
	s3.Start(t)
	lab.Until(t, 30*time.Second, "S3 answers again", s3.Answers)
}
