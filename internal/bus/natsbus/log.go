package natsbus

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// logEvery is how often the same kind of trouble is told: anybody who can
// reach the port can cause some.
const logEvery = time.Minute

// natsLog passes what the NATS server inside says to the node's log.
type natsLog struct {
	to *slog.Logger

	mu   sync.Mutex
	last map[string]time.Time // by format; guarded by mu
}

func (l *natsLog) Noticef(format string, v ...any) { l.to.Debug("NATS: " + fmt.Sprintf(format, v...)) }
func (l *natsLog) Debugf(format string, v ...any)  {}
func (l *natsLog) Tracef(format string, v ...any)  {}
func (l *natsLog) Warnf(format string, v ...any)   { l.trouble(format, v) }
func (l *natsLog) Errorf(format string, v ...any)  { l.trouble(format, v) }
func (l *natsLog) Fatalf(format string, v ...any)  { l.trouble(format, v) }

func (l *natsLog) trouble(format string, v []any) {
	l.mu.Lock()
	now := time.Now()
	again := now.Sub(l.last[format]) < logEvery
	if !again {
		l.last[format] = now
	}
	l.mu.Unlock()
	if !again {
		l.to.Warn("NATS: " + fmt.Sprintf(format, v...))
	}
}
