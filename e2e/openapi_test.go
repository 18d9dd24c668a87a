package e2e

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// operation is a call that the served OpenAPI document describes.
type operation struct {
	id, method, path string   // the path as described, below /api/v1
	params           []string // that are in the path
	session          bool     // only for who is signed in
	body             schema   // of its JSON body, if it takes one
}

// schema is as much of a JSON schema as the tests need.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"` // a name, or several
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
	Enum       []any             `json:"enum"`
}

// is says whether the schema allows a type.
func (s schema) is(kind string) bool {
	several, _ := s.Type.([]any)
	return s.Type == kind || slices.Contains(several, any(kind))
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// operations reads the document that the server serves, in the order of paths,
// and within one path with what destroys at the end.
func operations(t testing.TB, p *person) (all []operation) {
	t.Helper()
	doc := ask[struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Security    []any
			Parameters  []struct{ Name, In string }
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			} `json:"requestBody"`
		}
		Components struct{ Schemas map[string]schema }
	}](t, p, "GET", "/openapi.json", nil)
	var resolve func(s schema) schema
	resolve = func(s schema) schema {
		if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
			s = doc.Components.Schemas[name]
		}
		if s.Items != nil {
			items := resolve(*s.Items)
			s.Items = &items
		}
		for name, property := range s.Properties {
			s.Properties[name] = resolve(property)
		}
		return s
	}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			one := operation{
				id: o.OperationID, method: strings.ToUpper(method), path: strings.TrimPrefix(path, prefix), session: len(o.Security) > 0,
				body: resolve(o.RequestBody.Content["application/json"].Schema),
			}
			var described []string
			for _, parameter := range o.Parameters {
				if parameter.In == "path" {
					described = append(described, parameter.Name)
				}
			}
			for _, name := range inPath.FindAllStringSubmatch(path, -1) {
				one.params = append(one.params, name[1])
			}
			if !slices.Equal(described, one.params) {
				t.Errorf("%s %s is described with the path parameters %v", one.method, one.path, described)
			}
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		if a.destroys() != b.destroys() {
			return a.destroys() - b.destroys()
		}
		return strings.Compare(a.path+a.method, b.path+b.method)
	})
	if len(all) < 40 {
		t.Fatalf("the document describes only %d operations", len(all))
	}
	return all
}

// destroys orders operations: reading, writing, taking away, signing out.
func (o operation) destroys() int {
	return slices.Index([]string{"GET", "PATCH", "PUT", "POST", "DELETE"}, o.method) + len("session")*strings.Count(o.path, "/session")
}

// with puts values into the path.
func (o operation) with(values map[string]string) string {
	return inPath.ReplaceAllStringFunc(o.path, func(name string) string { return values[strings.Trim(name, "{}")] })
}

// clone copies a JSON value, so that a test may change it.
func clone(v any) (out any) {
	encoded, _ := json.Marshal(v)
	json.Unmarshal(encoded, &out)
	return out
}
