package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"verbale/internal/store/pgtest"
)

func connect(t testing.TB, to string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func do(t testing.TB, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func refused(t testing.TB, conn *pgx.Conn, sql string) {
	t.Helper()
	var denied *pgconn.PgError
	if _, err := conn.Exec(t.Context(), sql); !errors.As(err, &denied) || denied.Code != "42501" {
		t.Errorf("%s: want a refusal for want of privilege, got %v", sql, err)
	}
}

func TestTheApplicationRoleOwnsNothingAndRowSecurityHoldsForIt(t *testing.T) {
	t.Parallel()
	ownerURL, appURL := pgtest.New(t)
	owner, app := connect(t, ownerURL), connect(t, appURL)
	do(t, owner, `CREATE TABLE word (tenant text, said text)`)
	do(t, owner, `ALTER TABLE word ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`)
	do(t, owner, `CREATE POLICY own ON word USING (tenant = current_setting('v.tenant'))`)
	do(t, owner, `GRANT SELECT, INSERT ON word TO PUBLIC`)
	do(t, app, `SET v.tenant = 'a'`)
	do(t, app, `INSERT INTO word VALUES ('a', 'ours')`)
	refused(t, app, `INSERT INTO word VALUES ('b', 'theirs')`)
	refused(t, app, `CREATE TABLE mine (a int)`)
	refused(t, app, `ALTER TABLE word DISABLE ROW LEVEL SECURITY`)
	refused(t, app, `DELETE FROM word`)
	refused(t, app, `CREATE ROLE other`)
	refused(t, owner, `CREATE ROLE other SUPERUSER`)
}

func TestTheRolesOfOneDatabaseCannotEnterAnother(t *testing.T) {
	t.Parallel()
	ours, _ := pgtest.New(t)
	_, theirs := pgtest.New(t)
	mixed, err := url.Parse(theirs)
	if err != nil {
		t.Fatal(err)
	}
	into, _ := url.Parse(ours)
	mixed.Path = into.Path
	var denied *pgconn.PgError
	if _, err := pgx.Connect(t.Context(), mixed.String()); !errors.As(err, &denied) || denied.Code != "42501" {
		t.Errorf("a stranger's role was answered %v", err)
	}
}

func TestACommitIsAnsweredWhenItIsWritten(t *testing.T) {
	t.Parallel()
	_, app := pgtest.New(t)
	var is string
	if err := connect(t, app).QueryRow(t.Context(), `SELECT current_setting('synchronous_commit')`).Scan(&is); err != nil || is != "on" {
		t.Errorf("synchronous_commit is %q, %v", is, err)
	}
}

// TestKilledTestsLeaveNoServerBehind kills a process that has started one.
func TestKilledTestsLeaveNoServerBehind(t *testing.T) {
	t.Parallel()
	if os.Getenv("PGTEST_WAITS") != "" {
		owner, _ := pgtest.New(t)
		fmt.Println("\n" + owner)
		time.Sleep(time.Hour) // until it is killed; with nothing to wait for, the runtime would end it
	}
	if os.Getenv("VERBALE_TEST_DATABASE") != "" {
		t.Skip("the server that VERBALE_TEST_DATABASE names is not ours to stop")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.Command(self, "-test.run", "^"+t.Name()+"$")
	other.Env = append(os.Environ(), "PGTEST_WAITS=1")
	out, err := other.StdoutPipe()
	if err == nil {
		err = other.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var at *url.URL
	for lines := bufio.NewScanner(out); at == nil && lines.Scan(); {
		if u, err := url.Parse(lines.Text()); err == nil && u.Scheme == "postgres" {
			at = u
		}
	}
	if at == nil {
		t.Fatal("the other process started no server")
	}
	conn := connect(t, at.String())
	other.Process.Kill()
	go io.Copy(io.Discard, out)
	other.Wait()

	dir := at.Query().Get("host")
	for deadline := time.Now().Add(30 * time.Second); ; <-time.After(20 * time.Millisecond) {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there", dir)
		}
	}
	if _, err := conn.Exec(t.Context(), `SELECT 1`); err == nil {
		t.Error("the server still answers")
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		pgtest.New(b)
	}
}
