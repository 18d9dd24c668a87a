package store_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

// cluster is a PostgreSQL of a test's own, whose log is kept as
// docs/operations.md says.
type cluster struct {
	t       *testing.T
	bin     string
	dir     string
	as      *syscall.Credential
	running *exec.Cmd
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t}
	var err error
	if c.bin, err = pgtest.Bin(); err == nil {
		c.as, err = pgtest.User()
	}
	if err == nil {
		c.dir, err = os.MkdirTemp("", "verbale-moment-*")
	}
	if err == nil {
		err = os.Mkdir(filepath.Join(c.dir, "archive"), 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(c.dir) })
	for _, dir := range []string{c.dir, filepath.Join(c.dir, "archive")} {
		if c.as != nil {
			if err := os.Chown(dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	config := fmt.Sprintf("\nlisten_addresses = ''\nunix_socket_directories = '%[1]s'\narchive_mode = on\narchive_command = 'test ! -f %[1]s/archive/%%f && cp %%p %[1]s/archive/%%f'\n", c.dir)
	if err := pgtest.Init(c.bin, filepath.Join(c.dir, "first"), c.as, config, "local all all trust\nlocal replication all trust\n"); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cluster) program(name string, args ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(c.bin, name), args...)
	command.Dir = c.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Pdeathsig: syscall.SIGQUIT}
	return command
}

// start runs the server on one of the data directories.
func (c *cluster) start(data string) {
	c.t.Helper()
	c.running = c.program("postgres", "-D", filepath.Join(c.dir, data))
	log, err := os.Create(filepath.Join(c.dir, data+".log"))
	if err == nil {
		c.running.Stdout, c.running.Stderr = log, log
		err = c.running.Start()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(c.stop)
	if err := pgtest.Answers(c.address("postgres", "postgres"), time.Minute); err != nil {
		text, _ := os.ReadFile(log.Name())
		c.t.Fatalf("%v\n%s", err, text)
	}
}

func (c *cluster) stop() {
	if c.running != nil {
		c.running.Process.Signal(syscall.SIGQUIT) // as a power cut
		c.running.Wait()
		c.running = nil
	}
}

func (c *cluster) address(role, database string) string {
	return (&url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + database, RawQuery: url.Values{"host": {c.dir}}.Encode()}).String()
}

// waitFor asks until the answer is true.
func (c *cluster) waitFor(question string) {
	c.t.Helper()
	db := connect(c.t, c.address("postgres", "postgres"), "")
	defer db.Close()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var yes bool
		if err := db.QueryRow(question).Scan(&yes); err == nil && yes {
			return
		} else if time.Now().After(deadline) {
			c.t.Fatalf("%s: never (%v)", question, err)
		}
	}
}

// The commands of docs/operations.md, as they stand there.
func TestAllCompaniesGoBackToAMomentFromABaseBackupAndTheLog(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.start("first")
	admin := connect(t, c.address("postgres", "postgres"), "")
	for _, make := range []string{`CREATE ROLE own LOGIN`, `CREATE ROLE app LOGIN`, `CREATE DATABASE verbale OWNER own`} {
		if _, err := admin.Exec(make); err != nil {
			t.Fatal(err)
		}
	}
	node := t.TempDir()
	options := store.Options{Database: c.address("app", "verbale"), Owner: c.address("own", "verbale")}
	s, err := store.OpenServer(t.Context(), node, options)
	if err != nil {
		t.Fatal(err)
	}
	acme, beta := newTenant(t, s, "acme"), newTenant(t, s, "beta")
	say10 := func(which string) {
		for i := range 10 {
			write(t, acme, say(fmt.Sprint(which, i)))
			write(t, beta, say(fmt.Sprint(which, i)))
		}
	}
	say10("before the backup")
	if out, err := c.program("pg_basebackup", "-h", c.dir, "-U", "postgres", "-D", filepath.Join(c.dir, "base"), "-X", "none", "-c", "fast").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	say10("after it")
	moment := texts(t, admin, `SELECT clock_timestamp()::text`)[0]
	say10("what is to be undone")
	last := texts(t, admin, `SELECT pg_walfile_name(pg_switch_wal())`)[0]
	c.waitFor(`SELECT last_archived_wal >= '` + last + `' FROM pg_stat_archiver`)
	s.Close()
	admin.Close()
	c.stop()

	settings, err := os.OpenFile(filepath.Join(c.dir, "base", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = fmt.Fprintf(settings, "\narchive_mode = off\nrestore_command = 'cp %s/archive/%%f %%p'\nrecovery_target_time = '%s'\nrecovery_target_action = promote\n", c.dir, moment)
	}
	if err == nil {
		err = settings.Close()
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(c.dir, "base", "recovery.signal"), nil, 0o644)
	}
	if err == nil && c.as != nil {
		err = os.Chown(filepath.Join(c.dir, "base", "recovery.signal"), int(c.as.Uid), int(c.as.Gid))
	}
	if err != nil {
		t.Fatal(err)
	}
	c.start("base")
	c.waitFor(`SELECT NOT pg_is_in_recovery()`)
	if s, err = store.OpenServer(t.Context(), node, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, name := range []string{"acme", "beta"} {
		tenant, err := s.Tenant(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		mustAudit(t, tenant, 20)
		write(t, tenant, say("it goes on"))
		mustAudit(t, tenant, 21)
	}
}
