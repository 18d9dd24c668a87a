package lab

import (
	"net/http"
	"time"
)

// S3 is an S3 server that keeps its objects in a directory of its host.
type S3 struct {
	*Process
	Host                     *Host
	Endpoint, Key, Secret    string
	Bucket, Region, Location string // Location is s3://bucket
}

// S3 starts one with a bucket in it.
func (l *Lab) S3(h *Host) *S3 {
	l.t.Helper()
	h.Dir("s3/verbale") // a bucket is a directory
	dir := h.Dir("s3")
	s := &S3{Host: h, Endpoint: "http://" + h.At(7070), Key: "lab", Secret: "laboratory", Bucket: "verbale", Region: "us-east-1", Location: "s3://verbale"}
	s.Process = h.Run("s3", nil, built(l.t, versitygw), "--port", h.At(7070), "--access", s.Key, "--secret", s.Secret, "--region", s.Region,
		"posix", dir)
	Until(l.t, 30*time.Second, "S3 answers", s.Answers)
	return s
}

// Answers says whether it answers at all; what a stranger is told is a refusal.
func (s *S3) Answers() bool {
	answer, err := impatient.Get(s.Endpoint + "/" + s.Bucket)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusForbidden
}

// Options are what Verbale is started with to keep its files there.
func (s *S3) Options() []string {
	return []string{"--blobs", s.Location, "--s3-endpoint", s.Endpoint, "--s3-region", s.Region, "--s3-key", s.Key, "--s3-secret", s.Secret}
}
