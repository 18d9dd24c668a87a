package api

import (
	"net/http"
)

func (s *Server) live() {
	o := op("GET", "/live", "live", "The socket; see docs/protocol.md", "sync")
	s.rawOp(o, "application/json", func(w http.ResponseWriter, r *http.Request, c caller) error {
		s.Live.Serve(w, r, c.tenant, c.actor)
		return nil
	})
}
