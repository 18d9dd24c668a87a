package api

import (
	"log/slog"
	"net/http"
	"runtime/debug"
)

// harden sets the headers that every answer has, and keeps a panic in one
// request from being more than that request's.
func harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				slog.Error("a request panicked", "method", r.Method, "panic", p, "stack", string(debug.Stack()))
				writeProblem(w, errPanicked)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

type internalFault string

func (f internalFault) Error() string { return string(f) }

const errPanicked = internalFault("the request's handler panicked")
