package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

const module = "verbale"

// source is one parsed Go file of this repository.
type source struct {
	path   string // "internal/chat/post.go"
	folder string // "internal/chat"
	test   bool
	file   *ast.File
	set    *token.FileSet
}

func (s source) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", s.path, s.set.Position(pos).Line)
}

func (s source) imports() map[string]string {
	found := map[string]string{}
	for _, spec := range s.file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			found[name] = s.at(spec.Pos())
		}
	}
	return found
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(filepath.Dir(dir))
}

func sources(t *testing.T) []source {
	t.Helper()
	top := root(t)
	var all []source
	err := filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(top, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		all = append(all, source{relative, path.Dir(relative), strings.HasSuffix(relative, "_test.go"), file, set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// roomOf gives the room of a folder ("internal/importer/whatsapp" is in
// importer), or "" outside internal/.
func roomOf(folder string) string {
	inside, ok := strings.CutPrefix(folder, "internal/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(inside, "/")
	return name
}

// complaint judges one import edge inside the repository; "" is no complaint.
func complaint(from, to string) string {
	if strings.HasPrefix(to, from+"/") {
		return "" // a folder inside is part of it
	}
	if strings.HasPrefix(to, "cmd/") {
		return fmt.Sprintf("%s must not import %s: only the program wires parts together, and nothing stands on it", from, to)
	}
	if strings.HasPrefix(from, "cmd/") || strings.HasPrefix(from, "bench") || strings.HasPrefix(from, "e2e") {
		return ""
	}
	upper, lower := roomOf(from), roomOf(to)
	if upper != "" && upper == lower {
		return ""
	}
	if to == "web" || strings.HasPrefix(to, "web/") {
		if upper == "api" {
			return ""
		}
		return fmt.Sprintf("%s must not import %s: only the program and the HTTP edge serve the client", from, to)
	}
	if upper == "" {
		return fmt.Sprintf("%s must not import %s: outside internal/ and cmd/ nothing knows the rooms", from, to)
	}
	above, upperRoom, ok := find(upper)
	if !ok {
		return fmt.Sprintf("%s is not in the plan: give the room a floor and a duty in internal/house", from)
	}
	below, lowerRoom, ok := find(lower)
	if !ok {
		return fmt.Sprintf("%s imports %s, which is not in the plan", from, to)
	}
	if below < above {
		return ""
	}
	where := "stands above it"
	if below == above {
		where = "stands beside it"
	}
	return fmt.Sprintf("%s must not import %s: %s (%s) %s; %s is for %s",
		upper, lower, lower, lowerRoom.duty, where, upper, upperRoom.duty)
}

func find(name string) (floor int, found room, ok bool) {
	for floor, rooms := range floors {
		for _, r := range rooms {
			if r.name == name {
				return floor, r, true
			}
		}
	}
	return 0, room{}, false
}

func TestNoRoomImportsARoomAboveIt(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.folder == "internal/house" {
			continue
		}
		for name, at := range s.imports() {
			to, ours := strings.CutPrefix(name, module+"/")
			if !ours {
				continue
			}
			// A test may drive its room from the rooms above, from outside.
			if s.test && strings.HasSuffix(s.file.Name.Name, "_test") && !strings.HasPrefix(to, "cmd/") {
				continue
			}
			if why := complaint(s.folder, to); why != "" {
				t.Errorf("%s: %s", at, why)
			}
		}
	}
}

func TestEachRoomThatExistsIsInThePlan(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		name := roomOf(s.folder)
		if name == "" || name == "house" {
			continue
		}
		if _, _, ok := find(name); !ok {
			t.Errorf("%s: the room %q has no floor in internal/house/rooms_test.go", s.path, name)
		}
	}
}

func TestAReservedLibraryIsUsedInItsOnePlaceOnly(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.folder, "bench") || strings.HasPrefix(s.folder, "e2e") {
			continue // tests and the bench may look at a room from outside
		}
		for name, at := range s.imports() {
			for _, rule := range reserved {
				if name != rule.module && !strings.HasPrefix(name, rule.module+"/") {
					continue
				}
				if s.folder != rule.only && !strings.HasPrefix(s.folder, rule.only+"/") {
					t.Errorf("%s: only %s may import %s: %s", at, rule.only, rule.module, rule.why)
				}
			}
		}
	}
}

func TestOnlyOutboundMakesRequestsThatLeaveTheHouse(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		// The program speaks over its own unix socket; rooms never call out, and
		// what a test runs on (blob/s3test) is in no program.
		if s.test || strings.HasSuffix(s.folder, "test") || !strings.HasPrefix(s.folder, "internal/") || s.folder == "internal/outbound" {
			continue
		}
		if _, ok := s.imports()["net/http"]; !ok {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			use, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := use.X.(*ast.Ident)
			if ok && pkg.Name == "http" && leaving[use.Sel.Name] {
				t.Errorf("%s: only internal/outbound may use http.%s: it alone checks where a request goes", s.at(use.Pos()), use.Sel.Name)
			}
			return true
		})
	}
}

func TestEachPackageSaysInDocGoWhatItDoes(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		documented[s.folder] = documented[s.folder] || path.Base(s.path) == "doc.go" && s.file.Doc != nil
	}
	for folder, ok := range documented {
		if !ok {
			t.Errorf("%s has no doc.go with a package comment", folder)
		}
	}
}

func TestNoPackageHasANameThatSaysNothing(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if empty[strings.TrimSuffix(s.file.Name.Name, "_test")] || empty[path.Base(s.folder)] {
			t.Errorf("%s: a package named %q says nothing about what is inside", s.path, s.file.Name.Name)
		}
	}
}

// SQLite's Go port works only with exactly the libc it was generated for.
func TestLibcIsTheVersionThatSQLiteAsksFor(t *testing.T) {
	t.Parallel()
	ours := parseMod(t, filepath.Join(root(t), "go.mod"))
	sqlite := version(ours, "modernc.org/sqlite")
	if sqlite == "" {
		t.Fatal("modernc.org/sqlite is not in go.mod")
	}
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		gopath := os.Getenv("GOPATH")
		if gopath == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				t.Fatal(err)
			}
			gopath = filepath.Join(home, "go")
		}
		cache = filepath.Join(filepath.SplitList(gopath)[0], "pkg", "mod")
	}
	theirs := parseMod(t, filepath.Join(cache, "cache", "download", "modernc.org", "sqlite", "@v", sqlite+".mod"))
	if have, want := version(ours, "modernc.org/libc"), version(theirs, "modernc.org/libc"); have != want {
		t.Errorf("modernc.org/libc is %s, but modernc.org/sqlite %s was generated for %s: go get modernc.org/libc@%s", have, sqlite, want, want)
	}
}

func parseMod(t *testing.T, name string) *modfile.File {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse(name, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func version(file *modfile.File, name string) string {
	i := slices.IndexFunc(file.Require, func(r *modfile.Require) bool { return r.Mod.Path == name })
	if i < 0 {
		return ""
	}
	return file.Require[i].Mod.Version
}

// The rules themselves, against edges that must and must not pass.
func TestTheRulesForbidWhatTheyShould(t *testing.T) {
	t.Parallel()
	forbidden := [][2]string{
		{"internal/store", "internal/chat"}, {"internal/journal", "internal/seal"},
		{"internal/chat", "internal/api"}, {"internal/api", "cmd/verbale"},
		{"internal/chat", "web"}, {"web", "internal/chat"},
		{"internal/gossip", "internal/store"}, {"internal/importer/whatsapp", "internal/live"},
	}
	for _, edge := range forbidden {
		if complaint(edge[0], edge[1]) == "" {
			t.Errorf("%s may import %s", edge[0], edge[1])
		}
	}
	allowed := [][2]string{
		{"internal/chat", "internal/store"}, {"cmd/verbale", "internal/api"}, {"internal/api", "web"},
		{"cmd/verbale", "web"}, {"internal/importer", "internal/importer/whatsapp"}, {"internal/store", "internal/problem"},
	}
	for _, edge := range allowed {
		if why := complaint(edge[0], edge[1]); why != "" {
			t.Errorf("a good edge is refused: %s", why)
		}
	}
}
