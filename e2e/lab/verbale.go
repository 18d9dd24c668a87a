package lab

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

// Node is a Verbale server on a host.
type Node struct {
	*Process
	Host *Host
	URL  string
	Data string

	program string
}

// Verbale starts a server on the host with its data in a directory, and more
// options. It does not wait until it answers.
func (h *Host) Verbale(program, data string, env []string, options ...string) *Node {
	h.lab.t.Helper()
	argv := append([]string{"/bin/sh", "-c", supervisor, "sh", program, "serve", "--listen", h.At(8080), "--data", data,
		"--log-level", "debug", "--log-format", "text",
		// All clients of the laboratory come from one address.
		"--limits-address", "100000"}, options...)
	return &Node{h.Run("verbale", env, argv...), h, "http://" + h.At(8080), data, program}
}

// supervisor starts a server again when it has ended by itself, as systemd does.
const supervisor = `while :; do "$@"; sleep 0.5; done`

// impatient asks whether a node is well, and takes silence for a no.
var impatient = &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// Ready says whether the node can do its work.
func (n *Node) Ready() bool {
	answer, err := impatient.Get(n.URL + "/readyz")
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, answer.Body)
	return answer.StatusCode == http.StatusOK
}

// MustBeReady waits for it.
func (n *Node) MustBeReady(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !n.Ready(); <-time.After(20 * time.Millisecond) {
		if !n.Runs() || time.Now().After(deadline) {
			t.Fatalf("%s is not ready:\n%s", n.Host.Name, n.lastWords())
		}
	}
}

// Command types a command of Verbale's on the node's host, which has to work,
// and decodes its answer.
func (n *Node) Command(t testing.TB, into any, args ...string) {
	t.Helper()
	argv := append([]string{n.program}, args...)
	out := n.Host.Do(append(argv, "--data", n.Data, "--json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatalf("%v: %v in %s", args, err, out)
	}
}

// MustAudit wants a company's register and views to be without fault.
func (n *Node) MustAudit(t testing.TB, company string) {
	t.Helper()
	var found struct {
		Entries int64
		Faults  []string
	}
	n.Command(t, &found, "audit", "--company", company)
	if len(found.Faults) > 0 || found.Entries == 0 {
		t.Errorf("the audit of %s: %d entries, faults %q", company, found.Entries, found.Faults)
	}
}
