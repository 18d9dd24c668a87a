package api

import (
	"io"
	"net/http"
	"time"
)

// Files take the time that they take, as long as they move. What does not is
// given up: a body that never comes to its end, or an answer that nobody
// reads, must not hold a connection for ever.

// steady is a body of which each piece must come in good time.
func (s *Server) steady(w http.ResponseWriter, r *http.Request) io.Reader {
	return &steadyBody{r: r.Body, line: http.NewResponseController(w), patience: s.Patience}
}

type steadyBody struct {
	r        io.Reader
	line     *http.ResponseController
	patience time.Duration
}

func (b *steadyBody) Read(p []byte) (int, error) {
	b.line.SetReadDeadline(time.Now().Add(b.patience))
	n, err := b.r.Read(p)
	if err == io.EOF {
		// What is done with the file may take longer. After any other error
		// the deadline stays: the server would wait for the rest.
		b.line.SetReadDeadline(time.Time{})
	}
	return n, err
}

// steadily is an answer of which each piece must be taken in good time; it is
// done before the connection is used again.
func (s *Server) steadily(w http.ResponseWriter) steadyAnswer {
	return steadyAnswer{w, http.NewResponseController(w), s.Patience}
}

type steadyAnswer struct {
	http.ResponseWriter
	line     *http.ResponseController
	patience time.Duration
}

func (a steadyAnswer) Write(p []byte) (n int, err error) {
	const piece = 256 << 10 // so that a slow line makes way within each deadline
	for err == nil && n < len(p) {
		var wrote int
		a.line.SetWriteDeadline(time.Now().Add(a.patience))
		wrote, err = a.ResponseWriter.Write(p[n:min(len(p), n+piece)])
		n += wrote
	}
	return n, err
}

func (a steadyAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a steadyAnswer) done() { a.line.SetWriteDeadline(time.Time{}) }
