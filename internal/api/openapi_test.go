package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"verbale/internal/api"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// TestCommittedOpenAPIDocumentIsTheServedOne: the client's types are made from
// the committed document.
func TestCommittedOpenAPIDocumentIsTheServedOne(t *testing.T) {
	t.Parallel()
	served, err := api.New(api.Config{Version: "1"}).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, served, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	if *update {
		if err := os.WriteFile("openapi.json", pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, pretty.Bytes()) {
		t.Fatal("openapi.json is not what the server serves; write it anew with: go test ./internal/api -run OpenAPI -update")
	}
}
