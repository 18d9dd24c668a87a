package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"verbale/internal/bus/natsbus"
	"verbale/internal/live"
)

const metricsPath = "../../docs/metrics.md"

// everyMetric gives a registry in which each metric there can be has a value.
func everyMetric(t *testing.T) *metrics {
	h := opened(t, t.TempDir())
	t.Cleanup(func() { h.Close() })
	if _, err := h.createCompany(t.Context(), createCompany{Name: "acme", Title: "Acme", Owner: "Anna"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.noteBackup(t.Context(), keptBackup{"acme", time.Now().Add(-time.Second)}); err != nil {
		t.Fatal(err)
	}
	m := h.metrics
	m.gateway(func() live.Stats { return live.Stats{} })
	m.MustRegister(newCompanyMetrics(h, false))
	m.tracing(&tracer{})
	m.joined(func() natsbus.Stats { return natsbus.Stats{} })
	m.commanded(live.Command{Type: "post", Refused: "some.code"})
	m.counted(newClientFiles(false)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	return m
}

// described finds a metric's parts in what its description prints.
var described = regexp.MustCompile(`^Desc\{fqName: "([^"]*)", help: "([^"]*)", (?:unit: "[^"]*", )?constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}\}$`)

// metricsTable writes the table of docs/metrics.md.
func metricsTable(t *testing.T, m *metrics) string {
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, f := range families {
		kinds[f.GetName()] = strings.ToLower(f.GetType().String())
	}
	all := make(chan *prometheus.Desc)
	go func() { m.registry.Describe(all); close(all) }()
	var rows []string
	for d := range all {
		part := described.FindStringSubmatch(d.String())
		if part == nil {
			t.Fatalf("a description is not understood: %s", d)
		}
		name, help, fixed, labels := part[1], part[2], part[3], part[4]
		if !strings.HasPrefix(name, "verbale_") {
			continue // Go's and the process's own
		}
		if kinds[name] == "" {
			t.Errorf("%s has no value although everything happened", name)
		}
		if !strings.Contains(fixed, `node="`) {
			t.Errorf("%s does not name the node", name)
		}
		if strings.Contains(fixed, `version="`) {
			labels = "version"
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |\n", name, kinds[name], strings.ReplaceAll(labels, ",", ", "), help))
	}
	slices.Sort(rows)
	return strings.Join(slices.Compact(rows), "")
}

const metricsHead = `# Metrics

What ` + "`/metrics`" + ` shows, in Prometheus' form. Every metric has the label ` + "`node`" + ` (option ` + "`--node`" + `), besides those named here. None names a person; none names a company, unless ` + "`--metrics-companies`" + ` is set: then the ones about registers, followers and backups have the label ` + "`company`" + ` too, each with that company's own figure. Beside them stand the Go runtime's (` + "`go_`" + `) and the process's (` + "`process_`" + `).

What to watch of it, and what to do: [operations](operations.md). This page is made from the program: ` + "`go test ./cmd/verbale -run Metrics -update`" + `.

| metric | kind | labels | what it tells |
|---|---|---|---|
`

func TestDocumentationOfMetricsIsWhatTheRegistryHas(t *testing.T) {
	t.Parallel()
	want := metricsHead + metricsTable(t, everyMetric(t))
	if *update {
		if err := os.WriteFile(metricsPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(metricsPath)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Error("docs/metrics.md is not what the registry has: go test ./cmd/verbale -run Metrics -update")
	}
}

func TestMetricsTellCompaniesApartOnlyWhereItWasAskedFor(t *testing.T) {
	t.Parallel()
	for _, byName := range []bool{false, true} {
		h := opened(t, t.TempDir())
		for _, name := range []string{"acme", "beta"} {
			if _, err := h.createCompany(t.Context(), createCompany{Name: name, Title: name, Owner: "Anna"}); err != nil {
				t.Fatal(err)
			}
		}
		h.metrics.MustRegister(newCompanyMetrics(h, byName))
		families, err := h.metrics.registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]int{}
		for _, f := range families {
			for _, one := range f.GetMetric() {
				for _, label := range one.GetLabel() {
					if label.GetName() == "company" && f.GetName() == "verbale_register_entries" {
						found[label.GetValue()]++
					}
				}
			}
		}
		if byName && (found["acme"] != 1 || found["beta"] != 1) || !byName && len(found) > 0 {
			t.Errorf("asked for names: %v, found %v", byName, found)
		}
		h.Close()
	}
}

func TestACompanyThatCannotBeReadIsCountedAndHidesNoOther(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := opened(t, data)
	for _, name := range []string{"acme", "beta"} {
		if _, err := h.createCompany(t.Context(), createCompany{Name: name, Title: name, Owner: "Anna"}); err != nil {
			t.Fatal(err)
		}
	}
	h.Close()
	if err := os.WriteFile(filepath.Join(data, "tenants", "acme", "verbale.db"), []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	h = opened(t, data)
	defer h.Close()
	saw := newCompanyMetrics(h, false).look()
	if len(saw) != 2 || !saw[0].fault || saw[1].fault || saw[1].entries == 0 {
		t.Errorf("one company's file is damaged, and this was seen: %+v", saw)
	}
}

func TestTraceAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"http://127.0.0.1:4318", "otlp+grpc://127.0.0.1:4317", "otlp+http://", "otlp", "zipkin+http://x"} {
		if _, err := collector(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	for text, want := range map[string]string{
		"otlp+http://127.0.0.1:4318": "http://127.0.0.1:4318/v1/traces", "otlp+https://t.example/otlp/v1/traces": "https://t.example/otlp/v1/traces",
	} {
		if u, err := collector(text); err != nil || u.String() != want {
			t.Errorf("%q is %v, %v", text, u, err)
		}
	}
}
