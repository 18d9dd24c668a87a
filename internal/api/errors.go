package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"verbale/internal/problem"
)

// Problem is an RFC 9457 answer. It never repeats what was sent.
type Problem struct {
	Type   string  `json:"type" example:"about:blank"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Code   string  `json:"code" doc:"Stable; clients translate by it."`
	Where  []Fault `json:"where,omitempty" doc:"Of request.invalid: which fields, and what is wrong with them."`
}

// Fault is what is wrong with one field.
type Fault struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Error, GetStatus and ContentType make a Problem an error that huma answers.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders says when to come again, where nothing was decided.
func (p *Problem) GetHeaders() http.Header {
	if p.Status != http.StatusServiceUnavailable {
		return nil
	}
	return http.Header{"Retry-After": {"5"}}
}

var (
	errNoSuchCall  = problem.New(problem.NotFound, "request.no_such_call", "There is no such call. See /api/v1/openapi.json.")
	errCrossOrigin = problem.New(problem.Forbidden, "request.cross_origin", "This request came from another site and was refused.")
	errTooLarge    = problem.New(problem.TooLarge, "request.too_large", "The request is larger than 256 KiB.")
	errNotJSON     = problem.New(problem.Malformed, "request.not_json", "The body is not valid JSON in UTF-8, or is nested deeper than 32 levels.")
	errRepeated    = problem.New(problem.Invalid, "request.repeated_field", "A field stands twice in the body.")
	errNotJSONType = problem.New(problem.Malformed, "request.content_type", "Send the body as Content-Type: application/json.")
	errTooLong     = problem.New(problem.Unavailable, "request.too_long", "The server could not answer in time. Try again.")
	errSlower      = problem.New(problem.TooMany, "request.too_many", "Too many requests. Wait a moment and go on more slowly.")
)

var statuses = map[problem.Kind]int{
	problem.Invalid:      http.StatusUnprocessableEntity,
	problem.NotFound:     http.StatusNotFound,
	problem.Forbidden:    http.StatusForbidden,
	problem.Unauthorized: http.StatusUnauthorized,
	problem.Conflict:     http.StatusConflict,
	problem.Gone:         http.StatusGone,
	problem.Malformed:    http.StatusBadRequest,
	problem.TooLarge:     http.StatusRequestEntityTooLarge,
	problem.TooMany:      http.StatusTooManyRequests,
	problem.Unavailable:  http.StatusServiceUnavailable,
}

// answer turns any error into what the caller is told. A fault of ours is
// logged and told as such, without its text.
func answer(err error) *Problem {
	p := problem.Of(err)
	if p == nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		p = errTooLong // nobody waits for it any more, or it was waited for long enough: no fault
	}
	if p == nil {
		slog.Error("a request failed", "error", err)
		return &Problem{"about:blank", http.StatusText(500), 500, "Something went wrong on the server. It has been logged; try again.", "internal", nil}
	}
	status := statuses[p.Kind]
	return &Problem{"about:blank", http.StatusText(status), status, p.Detail, p.Code, nil}
}

func statusError(err error) error {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return answer(err)
}

func writeProblem(w http.ResponseWriter, err error) {
	p := answer(err)
	w.Header().Set("Content-Type", p.ContentType(""))
	maps.Copy(w.Header(), p.GetHeaders())
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// init makes huma's own refusals problems of the same shape, without the
// values that were sent: they may be somebody's words.
func init() {
	huma.DefaultArrayNullable = false // a list is never null here
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := &Problem{"about:blank", http.StatusText(status), status, "The request is not of the form that the call takes.", "request.invalid", nil}
		switch {
		case status == http.StatusRequestEntityTooLarge:
			p.Code, p.Detail = errTooLarge.Code, errTooLarge.Detail
		case status == http.StatusUnsupportedMediaType:
			p.Code, p.Detail = errNotJSONType.Code, errNotJSONType.Detail
		case status == http.StatusBadRequest:
			p.Code, p.Detail = errNotJSON.Code, errNotJSON.Detail
		case status >= 500:
			p.Code, p.Detail = "internal", message
		}
		for _, err := range errs {
			var d *huma.ErrorDetail
			if errors.As(err, &d) && len(p.Where) < 20 {
				detail, _, _ := strings.Cut(d.Message, " but got") // what follows may be what was sent
				p.Where = append(p.Where, Fault{Field: fieldOf(d.Location), Detail: detail})
			}
		}
		return p
	}
}

// fieldOf keeps a location only if it can be one of ours: a field that was
// made up by the sender is not repeated.
func fieldOf(location string) string {
	if len(location) > 60 || strings.ContainsFunc(location, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '[' || r == ']')
	}) {
		return "body"
	}
	return location
}

// writeJSON answers a call that huma does not encode.
func writeJSON(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}
