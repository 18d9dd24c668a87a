package api

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"verbale/internal/importer"
	"verbale/internal/importer/whatsapp"
	"verbale/internal/store"
)

// Import is an export that I brought in.
type Import struct {
	ID           int64             `json:"id"`
	Name         string            `json:"name"`
	SHA256       string            `json:"sha256" doc:"Of the file, which is kept as it came."`
	Size         int64             `json:"size"`
	State        string            `json:"state" enum:"analysed,running,done,undone,failed"`
	Analysis     whatsapp.Analysis `json:"analysis"`
	Done         int64             `json:"done" doc:"Messages written so far."`
	Total        int64             `json:"total"`
	Conversation int64             `json:"conversation" doc:"Where they are; 0 before."`
	Problem      string            `json:"problem" doc:"Of a failed one: the code of what went wrong."`
}

// Imports are the exports that I brought in, latest first.
type Imports struct {
	Imports []Import `json:"imports"`
}

func asImport(i importer.Import) Import {
	return Import{
		ID: i.ID, Name: i.Name, SHA256: i.SHA256, Size: i.Size, State: i.State, Analysis: i.Analysis,
		Done: i.Done, Total: i.Total, Conversation: i.Conversation, Problem: i.Problem,
	}
}

func (s *Server) imports() {
	upload := op("POST", "/imports", "analyse-export", "Bring an export and see what is in it; writes no message", "imports")
	upload.Parameters = []*huma.Param{{Name: "name", In: "query", Required: true, Schema: &huma.Schema{Type: "string"}, Description: "The file's name."}}
	upload.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}
	s.rawOp(upload, "application/json", s.analyse).Schema = schemaOf[Import](s)

	handle(s, op("GET", "/imports", "list-imports", "The exports that I brought in", "imports"), func(ctx context.Context, _ *none) (*reply[Imports], error) {
		c := from(ctx)
		im, err := s.Importer(c.tenant)
		if err != nil {
			return nil, err
		}
		list, err := im.List(ctx, c.actor)
		out := Imports{Imports: make([]Import, len(list))}
		for i, one := range list {
			out.Imports[i] = asImport(one)
		}
		return &reply[Imports]{out}, err
	})
	handle(s, op("GET", "/imports/{id}", "get-import", "One import, and how far it is", "imports"), func(ctx context.Context, in *byID) (*reply[Import], error) {
		c := from(ctx)
		im, err := s.Importer(c.tenant)
		if err != nil {
			return nil, err
		}
		one, err := im.Get(ctx, c.actor, in.ID)
		return &reply[Import]{asImport(one)}, err
	})

	type importMapping struct {
		ID   int64 `path:"id" minimum:"1"`
		Body importer.Mapping
	}
	handle(s, op("POST", "/imports/{id}/run", "run-import", "Write an import's messages; goes on in the background", "imports"), func(ctx context.Context, in *importMapping) (*reply[Import], error) {
		return s.background(ctx, in.ID, func(im *importer.Importer) (importer.Import, error) {
			return im.Start(ctx, from(ctx).actor, in.ID, in.Body)
		})
	})
	handle(s, op("POST", "/imports/{id}/undo", "undo-import", "Take an import back, as one; goes on in the background", "imports"), func(ctx context.Context, in *byID) (*reply[Import], error) {
		return s.background(ctx, in.ID, func(im *importer.Importer) (importer.Import, error) {
			return im.Undo(ctx, from(ctx).actor, in.ID)
		})
	})

	type comparisonAsk struct {
		ID   int64 `path:"id" minimum:"1"`
		With int64 `query:"with" minimum:"1" required:"true" doc:"Another import of the same chat."`
	}
	handle(s, op("GET", "/imports/{id}/comparison", "compare-imports", "Two exports of one chat side by side: what only one of them has", "imports"), func(ctx context.Context, in *comparisonAsk) (*reply[importer.Comparison], error) {
		c := from(ctx)
		im, err := s.Importer(c.tenant)
		if err != nil {
			return nil, err
		}
		out, err := im.Compare(ctx, c.actor, in.ID, in.With)
		return &reply[importer.Comparison]{out}, err
	})
}

func (s *Server) analyse(w http.ResponseWriter, r *http.Request, c caller) error {
	im, err := s.Importer(c.tenant)
	if err != nil {
		return err
	}
	one, err := im.Analyse(r.Context(), c.actor, r.URL.Query().Get("name"), s.steady(w, r))
	if err != nil {
		return uploadFault(err)
	}
	return writeJSON(w, asImport(one))
}

// background begins what then goes on without the request.
func (s *Server) background(ctx context.Context, id int64, begin func(*importer.Importer) (importer.Import, error)) (*reply[Import], error) {
	c := from(ctx)
	im, err := s.Importer(c.tenant)
	if err != nil {
		return nil, err
	}
	one, err := begin(im)
	if err != nil {
		return nil, err
	}
	if one.State == importer.Running {
		s.Background(c.tenant, func(ctx context.Context) { continueImport(ctx, c.tenant, im, id) })
	}
	return &reply[Import]{asImport(one)}, nil
}

func continueImport(ctx context.Context, t *store.Tenant, im *importer.Importer, id int64) {
	if err := im.Continue(ctx, id); err != nil && ctx.Err() == nil {
		slog.Error("an import could not go on", "company", t.Name(), "import", id, "error", err)
	}
}
