//go:build !race

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promtool is Prometheus' own checker.
func promtool(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../.tools/promtool")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		if path, err = exec.LookPath("promtool"); err != nil {
			t.Fatal("promtool is missing: scripts/need.sh promtool")
		}
	}
	return path
}

func prometheusAccepts(t *testing.T, dir string, args ...string) {
	t.Helper()
	check := exec.Command(promtool(t), args...)
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

const rulesFolder = "../../deploy/prometheus"

func TestAlertsAreValidAndFireOnlyWhereTheyShould(t *testing.T) {
	t.Parallel()
	prometheusAccepts(t, rulesFolder, "check", "rules", "verbale.rules.yml")
	prometheusAccepts(t, rulesFolder, "check", "config", "prometheus.yml")
	prometheusAccepts(t, rulesFolder, "test", "rules", "verbale.rules.test.yml")
}

var alertName = regexp.MustCompile(`(?m)^\s+- alert: (\w+)$`)

func TestEachAlertIsTestedAndHasItsAdvice(t *testing.T) {
	t.Parallel()
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	tests, advice := read(rulesFolder+"/verbale.rules.test.yml"), read("../../docs/operations.md")
	names := alertName.FindAllStringSubmatch(read(rulesFolder+"/verbale.rules.yml"), -1)
	if len(names) == 0 {
		t.Fatal("there are no alerts")
	}
	for _, name := range names {
		for _, wanted := range []string{name[1] + " fires\n", name[1] + " keeps quiet\n"} {
			if !strings.Contains(tests, "- name: "+wanted) {
				t.Errorf("no test says: %s", wanted)
			}
		}
		if !strings.Contains(advice, "| `"+name[1]+"` |") {
			t.Errorf("docs/operations.md does not say what to do on %s", name[1])
		}
	}
}

// dashboardExpressions are all that the dashboard asks Prometheus.
func dashboardExpressions(t *testing.T) (found []string) {
	t.Helper()
	text, err := os.ReadFile("../../deploy/grafana/verbale.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Type    string
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("the panel %q asks nothing", p.Title)
		}
		for _, one := range p.Targets {
			found = append(found, one.Expr)
		}
	}
	return found
}

func TestTheDashboardAsksValidQuestions(t *testing.T) {
	t.Parallel()
	// Prometheus' own parser judges them, as recording rules; Grafana's
	// variables are put in before.
	variables := strings.NewReplacer("$__rate_interval", "5m", "$node", ".*")
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	for i, expr := range dashboardExpressions(t) {
		quoted, err := json.Marshal(variables.Replace(expr))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&rules, "      - {record: 'panel:%d', expr: %s}\n", i, quoted)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rules.yml"), []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	prometheusAccepts(t, dir, "check", "rules", "rules.yml")
}

var (
	metricName = regexp.MustCompile(`\b(?:verbale|go|process)_[a-z_]+\b`)
	partOfOne  = regexp.MustCompile(`_(bucket|sum|count)$`)
)

func TestWhatWatchesAsksForMetricsThatThereAreAndMissesNoneOfOurs(t *testing.T) {
	t.Parallel()
	families, err := everyMetric(t).registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, f := range families {
		known = append(known, f.GetName())
	}
	rules, err := os.ReadFile(rulesFolder + "/verbale.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, text := range append(dashboardExpressions(t), string(rules)) {
		for _, name := range metricName.FindAllString(text, -1) {
			if !slices.Contains(known, name) {
				name = partOfOne.ReplaceAllString(name, "")
			}
			if asked[name] = true; !slices.Contains(known, name) {
				t.Errorf("%s is asked for, and there is no such metric", name)
			}
		}
	}
	for _, name := range known {
		if strings.HasPrefix(name, "verbale_") && !asked[name] {
			t.Errorf("nobody looks at %s", name)
		}
	}
}
