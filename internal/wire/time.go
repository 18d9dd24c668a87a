package wire

import "time"

const stamp = "2006-01-02T15:04:05.000000Z"

// Time writes microseconds since 1970 the way clients read them.
func Time(micros int64) string { return time.UnixMicro(micros).UTC().Format(stamp) }

// MaybeTime is Time for a moment that may not have come yet, which is 0.
func MaybeTime(micros int64) *string {
	if micros == 0 {
		return nil
	}
	s := Time(micros)
	return &s
}
