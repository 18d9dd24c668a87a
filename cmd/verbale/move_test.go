//go:build !race

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

// killAt names the step of a move at which the program is killed.
const killAt = "VERBALE_TEST_KILL_AT"

func init() {
	at := os.Getenv(killAt)
	if at == "" {
		return
	}
	reached = func(step string) {
		if step == at {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // nothing more happens here
		}
	}
}

// steps of a move, as they are reached.
var steps = []string{"frozen", "copied", "arrived", "sealed", "reachable", "put aside"}

// journey is a company and the two places between which it moves.
type journey struct {
	from, to place
	args     []string // of the command
	token    string   // a device's secret, which lets in wherever the company is
	entries  int64
}

func at(t *testing.T, p place, do func(*house)) {
	t.Helper()
	h, err := openHouse(t.Context(), p, slog.New(slog.DiscardHandler), houseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	do(h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// inhabit makes the company, with messages, a file and a token.
func (j *journey) inhabit(t *testing.T) {
	t.Helper()
	at(t, j.from, func(h *house) {
		made, err := h.createCompany(t.Context(), createCompany{Name: "acme", Title: "Acme", Owner: "Anna", Host: "chat.acme.example"})
		if err != nil {
			t.Fatal(err)
		}
		tenant, err := h.server.Tenant(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		files, err := h.blobs(tenant)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := files.Put(t.Context(), strings.NewReader("a drawing")); err != nil {
			t.Fatal(err)
		}
		if err := tenant.Write(t.Context(), func(tx *store.Tx) error {
			by := org.Actor{Person: made.ID}
			conversation, err := chat.Create(tx, by, "group", "Site", nil)
			if err != nil {
				return err
			}
			for range 20 {
				if _, err := chat.Post(tx, by, chat.Draft{Key: uuid.NewString(), Conversation: conversation, Text: "the crane comes on Monday"}); err != nil {
					return err
				}
			}
			_, j.token, err = login.MakeToken(tx, by, made.ID, "robot")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		j.entries = tenant.Head().Size
	})
}

// seen is what a place shows of the company.
type seen struct{ served, clean, writable, letsIn, hasFile, hasHost bool }

func (j *journey) look(t *testing.T, p place) (s seen) {
	t.Helper()
	if _, err := os.Stat(p.Data); err != nil {
		return s
	}
	at(t, p, func(h *house) {
		tenant, err := h.server.Tenant(t.Context(), "acme")
		if errors.Is(err, store.ErrNoCompany) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		audit, err := auditAll(t.Context(), tenant)
		if err != nil {
			t.Fatal(err)
		}
		s.served, s.clean = true, len(audit.Faults) == 0 && audit.Entries >= j.entries
		s.hasHost = h.server.ByHost("chat.acme.example") == "acme"
		err = tenant.Write(t.Context(), func(tx *store.Tx) error { return errNoWrite })
		s.writable = errors.Is(err, errNoWrite)
		_, err = login.Authenticate(t.Context(), tenant, j.token)
		s.letsIn = err == nil
		files, err := h.blobs(tenant)
		if err != nil {
			t.Fatal(err)
		}
		err = files.Walk(t.Context(), func(item blob.Item) error {
			s.hasFile = !item.Damaged && item.Size == 9
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return s
}

var whole = seen{true, true, true, true, true, true}

// run runs the command in a process of its own, and says whether it was killed.
func (j *journey) run(t *testing.T, kill string) (out string, killed bool) {
	t.Helper()
	command := exec.Command("verbale", j.args...)
	command.Env = append(os.Environ(), killAt+"="+kill)
	text, err := command.CombinedOutput()
	status, _ := command.ProcessState.Sys().(syscall.WaitStatus)
	if err != nil && !status.Signaled() {
		t.Fatalf("%v\n%s", err, text)
	}
	return string(text), status.Signaled()
}

// journeys are the ways there are, each with places of its own.
func journeys(t *testing.T) map[string]func(*testing.T) *journey {
	t.Helper()
	database := func(t *testing.T, data string) (p place) {
		p.Data = data
		p.DatabaseOwner, p.Database = pgtest.New(t)
		at(t, p, func(*house) {})
		return p
	}
	return map[string]func(*testing.T) *journey{
		"from a directory to another": func(t *testing.T) *journey {
			from, to := place{Data: t.TempDir()}, place{Data: filepath.Join(t.TempDir(), "new")}
			return &journey{from: from, to: to, args: []string{"move", "--company", "acme", "--data", from.Data, "--to", to.Data}}
		},
		"from a directory to PostgreSQL": func(t *testing.T) *journey {
			from := place{Data: t.TempDir()}
			to := place{Data: from.Data}
			to.DatabaseOwner, to.Database = pgtest.New(t)
			return &journey{from: from, to: to, args: []string{"move", "--company", "acme", "--data", from.Data, "--to", to.Database, "--to-owner", to.DatabaseOwner}}
		},
		"from a directory to a node of PostgreSQL": func(t *testing.T) *journey {
			from, to := place{Data: t.TempDir()}, database(t, t.TempDir())
			return &journey{from: from, to: to, args: []string{"move", "--company", "acme", "--data", from.Data, "--to", to.Database, "--to-data", to.Data}}
		},
		"from PostgreSQL to a directory": func(t *testing.T) *journey {
			from, to := database(t, t.TempDir()), place{Data: filepath.Join(t.TempDir(), "new")}
			return &journey{from: from, to: to, args: []string{"move", "--company", "acme", "--data", from.Data, "--database", from.Database, "--database-owner", from.DatabaseOwner, "--to", to.Data}}
		},
	}
}

func TestAMoveThatIsKilledAtAnyStepLosesNothingAndIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	for way, places := range journeys(t) {
		for _, step := range append([]string{""}, steps...) {
			t.Run(way+"/"+step, func(t *testing.T) {
				t.Parallel()
				j := places(t)
				j.inhabit(t)
				out, killed := j.run(t, step)
				if killed != (step != "") {
					t.Fatalf("it was not killed at %q:\n%s", step, out)
				}
				from, to := j.look(t, j.from), j.look(t, j.to)
				switch step {
				case "": // all went well
				case "reachable": // here it is read-only until the next run
					from.writable = !from.writable
					fallthrough
				case "put aside":
					if step == "reachable" && from != whole || step != "reachable" && from.served || to != whole {
						t.Fatalf("killed at %s: here %+v, there %+v", step, from, to)
					}
				default: // here as it was, but for the freeze, and not there
					from.writable = true
					if from != whole || to.served {
						t.Fatalf("killed at %s: here %+v, there %+v", step, from, to)
					}
				}
				if step != "" {
					if out, _ = j.run(t, ""); !strings.Contains(out, "Moved acme:") {
						t.Fatalf("the second run: %s", out)
					}
				}
				from, to = j.look(t, j.from), j.look(t, j.to)
				if from.served || to != whole {
					t.Errorf("in the end: here %+v, there %+v\n%s", from, to, out)
				}
			})
		}
	}
}

// serving runs a server on a place until the end that it gives is called.
func serving(t *testing.T, p place) (end func()) {
	t.Helper()
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", p.Data}
	if p.Database != "" {
		args = append(args, "--database", p.Database)
	}
	server := exec.Command("verbale", args...)
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Kill() })
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C"); {
	}
	return func() {
		server.Process.Signal(syscall.SIGTERM)
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended badly: %v", err)
		}
	}
}

func TestACompanyMovesBetweenServersThatRun(t *testing.T) {
	t.Parallel()
	for way, places := range journeys(t) {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			j := places(t)
			j.inhabit(t)
			ends := []func(){serving(t, j.from)}
			if j.to.Data != j.from.Data {
				if err := os.MkdirAll(j.to.Data, 0o700); err != nil {
					t.Fatal(err)
				}
				ends = append(ends, serving(t, j.to))
			}
			out, _ := j.run(t, "")
			if !strings.Contains(out, "Moved acme:") {
				t.Errorf("%s", out)
			}
			for _, end := range ends {
				end()
			}
			if from, to := j.look(t, j.from), j.look(t, j.to); from.served || to != whole {
				t.Errorf("here %+v, there %+v", from, to)
			}
		})
	}
}

// A mover that died before the seal holds nobody up for long; one that died
// after it is taken back by hand.
func TestAMoveThatIsGivenUpLeavesTheCompanyAsItWas(t *testing.T) {
	t.Parallel()
	for way, places := range journeys(t) {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			j := places(t)
			j.inhabit(t)
			j.run(t, "sealed")
			if s := j.look(t, j.from); s.writable {
				t.Fatalf("after the seal: %+v", s)
			}
			j.args = append(j.args, "--cancel")
			if out, _ := j.run(t, ""); !strings.Contains(out, "can be written here again") {
				t.Errorf("%s", out)
			}
			if from, to := j.look(t, j.from), j.look(t, j.to); from != whole || to.served {
				t.Errorf("here %+v, there %+v", from, to)
			}
		})
	}
}

func TestAMoveRefusesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	j := journeys(t)["from a directory to another"](t)
	j.inhabit(t)
	other := &journey{from: j.to}
	if err := os.MkdirAll(j.to.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	other.inhabit(t)
	refused := func(r moveRequest, code string) {
		t.Helper()
		at(t, j.from, func(h *house) {
			err := h.move(t.Context(), r, nil, io.Discard)
			if p := problem.Of(err); p == nil || p.Code != code {
				t.Errorf("%v, not %s", err, code)
			}
		})
	}
	refused(moveRequest{Company: "acme", To: j.to}, "company.exists")
	refused(moveRequest{Company: "acme", To: j.from}, "move.same_place")
	refused(moveRequest{Company: "beta", To: j.to}, "company.not_found")
	refused(moveRequest{Company: "acme", InPlace: true, To: place{Database: "postgres://nobody@127.0.0.1:1/x"}}, "store.unreachable")
	if from, to := j.look(t, j.from), j.look(t, j.to); from != whole || to.served != true {
		t.Errorf("here %+v, there %+v", from, to)
	}
}

func TestTheTimeOfTheLastBackupIsKnown(t *testing.T) {
	t.Parallel()
	j := journeys(t)["from PostgreSQL to a directory"](t)
	j.inhabit(t)
	to := filepath.Join(t.TempDir(), "acme.tar")
	var said bytes.Buffer
	last := func() (found bool) {
		at(t, j.from, func(h *house) {
			tenant, err := h.company(t.Context(), "acme")
			if err != nil {
				t.Fatal(err)
			}
			made, err := tenant.LastBackup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			found = !made.IsZero()
		})
		return found
	}
	if last() {
		t.Error("there was a backup before there was one")
	}
	c := backupCommand{place: j.from, To: filepath.Join(to, "nowhere")}
	if err := c.Run(t.Context(), terminal{out: &said, err: &said}); err == nil || last() {
		t.Errorf("a backup that failed counts (%v)", err)
	}
	c = backupCommand{place: j.from, To: to}
	if err := c.Run(t.Context(), terminal{out: &said, err: &said}); err != nil || !last() {
		t.Errorf("a backup that was kept does not count (%v)", err)
	}
}
