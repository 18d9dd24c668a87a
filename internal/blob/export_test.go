package blob

import "time"

// Step is told where a crash would matter.
func (s *S3) Step(f func(string)) { s.step = f }

// Stall is how long a stream may stand still.
func (b *Bucket) Stall(d time.Duration) { b.stall = d }

// KillS3 says, by its presence, that the server that dies has its files in S3,
// where TakeIntoS3AndDie, of the tests from outside, takes one.
const KillS3 = "VERBALE_TEST_KILL_S3"

var TakeIntoS3AndDie func(dir, step string)
