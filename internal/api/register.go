package api

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"verbale/internal/chat"
	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// RegisterKey is the register's public key.
type RegisterKey struct {
	Key string `json:"key" doc:"A note verifier key: name, hash and base64 of an Ed25519 key."`
}

var (
	errErased  = problem.New(problem.Gone, "entry.erased", "The body of this entry was erased; there is nothing left to disclose.")
	errNoTile  = problem.New(problem.NotFound, "register.no_tile", "There is no such tile.")
	errNothing = problem.New(problem.NotFound, "register.empty", "The register has no entry yet.")
)

func (s *Server) register() {
	handle(s, op("GET", "/register/key", "register-key", "The register's public key", "register"), func(ctx context.Context, _ *none) (*reply[RegisterKey], error) {
		return &reply[RegisterKey]{RegisterKey{Key: from(ctx).tenant.Keys().VerifierKey()}}, nil
	})
	s.rawOp(op("GET", "/register/checkpoint", "register-checkpoint", "The newest checkpoint, a signed note (C2SP tlog-checkpoint)", "register"), "text/plain", s.checkpoint)
	tile := op("GET", "/register/tile/{path}", "register-tile", "A tile of the tree (C2SP tlog-tiles): <level>/<place>[.p/<width>], or entries/<place>[.p/<width>] for administrators", "register")
	tile.Parameters = []*huma.Param{{Name: "path", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}}}
	s.rawOpAt("GET "+prefix+"/register/tile/{path...}", tile, "application/octet-stream", s.tile)

	receipt := op("GET", "/entries/{number}/receipt", "entry-receipt", "The receipt of an entry, for `verbale verify`", "register")
	receipt.Parameters = []*huma.Param{{Name: "number", In: "path", Required: true, Schema: &huma.Schema{Type: "integer", Format: "int64"}}}
	s.rawOp(receipt, "application/json", s.receipt)
	export := op("GET", "/conversations/{id}/export", "export-conversation", "A conversation as receipts, one a line, for `verbale verify`", "register")
	export.Parameters = []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "integer", Format: "int64"}}}
	s.rawOp(export, "application/jsonl", s.export)
}

// rawOp describes and serves a call that huma neither decodes nor encodes.
func (s *Server) rawOp(o huma.Operation, answers string, f func(http.ResponseWriter, *http.Request, caller) error) *huma.MediaType {
	return s.rawOpAt(o.Method+" "+o.Path, o, answers, f)
}

func (s *Server) rawOpAt(pattern string, o huma.Operation, answers string, f func(http.ResponseWriter, *http.Request, caller) error) *huma.MediaType {
	answer := &huma.MediaType{}
	o.Responses = map[string]*huma.Response{
		"200":     {Description: "OK", Content: map[string]*huma.MediaType{answers: answer}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}},
	}
	s.api.OpenAPI().AddOperation(&o)
	s.mux.HandleFunc(pattern, s.raw(f))
	return answer
}

// schemaOf describes a type in the document.
func schemaOf[T any](s *Server) *huma.Schema {
	return s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

func (s *Server) checkpoint(w http.ResponseWriter, r *http.Request, c caller) error {
	checkpoint, err := c.tenant.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	if checkpoint.Size == 0 {
		return errNothing
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Verbale-Checkpoint-Time", wire.Time(checkpoint.Time))
	_, err = w.Write(checkpoint.Note)
	return err
}

func (s *Server) tile(w http.ResponseWriter, r *http.Request, c caller) error {
	level, n, width, ok := parseTilePath(r.PathValue("path"))
	if !ok {
		return errNoTile
	}
	var data []byte
	err := c.tenant.Read(r.Context(), func(tx *store.Tx) (err error) {
		if level >= 0 {
			data, err = tx.ReadTile(level, n)
			if err != nil || len(data) < width*len(journal.Hash{}) {
				return errNoTile
			}
			data = data[:width*len(journal.Hash{})]
			return nil
		}
		if err := org.May(tx, c.actor.Person, org.RegisterRead); err != nil {
			return err
		}
		data, err = tx.EntryBundle(n, width)
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, err = w.Write(data)
	return err
}

// maxTile keeps an entry's number, which is a tile's times its width, below 2^53.
const maxTile = 1<<53/journal.TileWidth - 1

// parseTilePath reads <level>/<n>[.p/<width>], where n is in groups of three
// digits, all but the last with an x before them; the level of entries is -1.
func parseTilePath(path string) (level int, n int64, width int, ok bool) {
	width = journal.TileWidth
	if rest, p, found := strings.Cut(path, ".p/"); found {
		w, err := strconv.Atoi(p)
		if err != nil || w < 1 || w >= journal.TileWidth || strconv.Itoa(w) != p {
			return 0, 0, 0, false
		}
		path, width = rest, w
	}
	parts := strings.Split(path, "/")
	if len(parts) < 2 || len(parts) > 7 {
		return 0, 0, 0, false
	}
	if parts[0] == "entries" {
		level = -1
	} else if l, err := strconv.Atoi(parts[0]); err != nil || l < 0 || l > 7 || strconv.Itoa(l) != parts[0] {
		return 0, 0, 0, false
	} else {
		level = l
	}
	for i, group := range parts[1:] {
		digits, x := strings.CutPrefix(group, "x")
		if x == (i == len(parts)-2) || len(digits) != 3 {
			return 0, 0, 0, false
		}
		v, err := strconv.ParseUint(digits, 10, 16)
		if err != nil {
			return 0, 0, 0, false
		}
		n = n*1000 + int64(v)
	}
	if n > maxTile {
		return 0, 0, 0, false
	}
	return level, n, width, true
}

func (s *Server) receipt(w http.ResponseWriter, r *http.Request, c caller) error {
	seq, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil || seq < 1 {
		return chat.ErrNoEntry
	}
	checkpoint, err := c.tenant.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	var receipt []byte
	err = c.tenant.Read(r.Context(), func(tx *store.Tx) error {
		if err := chat.MayDisclose(tx, c.actor.Person, seq); err != nil {
			return err
		}
		receipt, err = disclose(tx, c.tenant, seq, checkpoint)
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="verbale-%s-%d.receipt.json"`, c.tenant.Name(), seq))
	_, err = w.Write(receipt)
	return err
}

// disclose makes the receipt of an entry, with the entries that name the
// people in it.
func disclose(tx *store.Tx, t *store.Tenant, seq int64, checkpoint store.SignedCheckpoint) ([]byte, error) {
	entry, err := tx.Disclose(seq, checkpoint)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, chat.ErrNoEntry
	case errors.Is(err, store.ErrErased):
		return nil, errErased
	case err != nil:
		return nil, err
	}
	receipt := journal.Receipt{Format: journal.ReceiptFormat, Key: t.Keys().VerifierKey(), Entry: entry}
	naming, err := org.NamingEntry(tx, entry.Actor, seq)
	if err != nil {
		return nil, err
	}
	if naming != 0 && naming != seq {
		d, err := tx.Disclose(naming, checkpoint)
		if err != nil && !errors.Is(err, store.ErrErased) {
			return nil, err
		}
		if err == nil {
			receipt.Context = append(receipt.Context, d)
		}
	}
	return receipt.Marshal()
}

// export streams a conversation's messages as receipts, page by page.
func (s *Server) export(w http.ResponseWriter, r *http.Request, c caller) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return chat.ErrNoConversation
	}
	checkpoint, err := c.tenant.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	to := s.steadily(w)
	defer to.done()
	for after, more := int64(0), true; more; {
		var lines []byte
		err := c.tenant.Read(r.Context(), func(tx *store.Tx) error {
			var seqs []int64
			if seqs, more, err = chat.Disclosable(tx, c.actor.Person, id, after, checkpoint.Size); err != nil {
				return err
			}
			for _, seq := range seqs {
				after = seq // also past what was erased
				line, err := disclose(tx, c.tenant, seq, checkpoint)
				if errors.Is(err, errErased) {
					continue
				}
				if err != nil {
					return err
				}
				lines = append(lines, line...)
			}
			return nil
		})
		if err != nil {
			if w.Header().Get("Content-Type") == "" {
				return err
			}
			panic(http.ErrAbortHandler) // the answer has begun: a cut is better than a false end
		}
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/jsonl")
			w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="verbale-%s-conversation-%d.jsonl"`, c.tenant.Name(), id))
		}
		if _, err := to.Write(lines); err != nil {
			return nil
		}
	}
	return nil
}
