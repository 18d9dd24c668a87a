//go:build !race

package store_test

import (
	"context"
	"go/ast"
	"go/constant"
	"go/types"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"

	"verbale/internal/store"
)

// statements finds every constant text in the rooms that is SQL, as the
// compiler sees it: put together from constants, whole.
func statements(t *testing.T) map[string]string {
	t.Helper()
	found, err := findStatements()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var findStatements = sync.OnceValues(func() (map[string]string, error) {
	loaded, err := packages.Load(&packages.Config{
		// What the rooms stand on is taken from the compiler, not read anew.
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports,
		Dir:  filepath.Join("..", ".."),
	}, "./internal/...")
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, p := range loaded {
		for _, err := range p.Errors {
			return nil, err
		}
		for _, file := range p.Syntax {
			ast.Inspect(file, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				text, ok := constantText(p.TypesInfo, e)
				if !ok {
					return true
				}
				if sqlVerb.MatchString(text) {
					found[text] = p.Fset.Position(e.Pos()).String()
				}
				return false // its parts are no statements of their own
			})
		}
	}
	return found, nil
})

var sqlVerb = regexp.MustCompile(`^(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) `)

func constantText(info *types.Info, e ast.Expr) (string, bool) {
	v := info.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

// What only one engine understands, by where it stands.
var ofOneEngine = regexp.MustCompile(`/(engine_|postgres_|sqlite_)\w+\.go|/catalog\.go|/schema\.go|/(storetest|pgtest)/`)

// Pieces that are put together when the program runs; their wholes are run by
// the tests of their rooms, which run on both engines.
var pieces = regexp.MustCompile(`WHERE $|FROM $|AND $|, $|\($`)

func TestEveryStatementIsUnderstoodByBothEngines(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 1)
	s, err := store.OpenServer(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tenants := []*store.Tenant{newTenant(t, all[0], "acme"), newTenant(t, s, "acme")}
	asked := 0
	for text, where := range statements(t) {
		if ofOneEngine.MatchString(where) || pieces.MatchString(text) {
			continue
		}
		asked++
		for _, tenant := range tenants {
			if err := store.Prepare(context.Background(), tenant, text); err != nil {
				t.Errorf("%s on %s: %v\n%s", where, tenant.Dialect(), err, strings.TrimSpace(text))
			}
		}
	}
	if asked < 100 {
		t.Errorf("only %d statements were found", asked)
	}
}
