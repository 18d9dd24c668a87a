package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bin finds the directory of PostgreSQL's programs: where postgres is in PATH,
// or else the newest of Debian's.
func Bin() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return "", errors.New("these tests need PostgreSQL 15 or newer: scripts/need.sh postgres installs it, or VERBALE_TEST_DATABASE names one that runs")
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// User is who runs the server. PostgreSQL refuses to run as root, so root
// gives it to postgres, if there is one, or to nobody.
func User() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		who, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(who.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(who.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

// watch runs the server until its own input ends, which happens when the test
// process is no more, however it went. Nothing is kept, so nothing is spared.
const watch = `
"$1/postgres" -D "$2/data" -k "$2" >"$2/log" 2>&1 &
cat >/dev/null
kill -QUIT $!
wait $!
rm -rf "$2"`

// config is a real server's, only small. It does not wait for the disk: the
// operating system has what was committed, and no test takes that from under
// this server. Where servers are killed, in e2e/lab, they have a configuration
// of their own, which does wait.
const config = `
listen_addresses = ''
fsync = off
full_page_writes = off
synchronous_commit = on
max_connections = 200
shared_buffers = 64MB
max_wal_size = 512MB
autovacuum_naptime = 10s
log_min_messages = warning
`

// access is for whoever reaches the socket: the superuser as it is, all others
// by their password, as in earnest.
const access = `
local all postgres trust
local all all scram-sha-256
`

// started starts the server of this process at the first call, and gives the
// URL of its superuser.
var started = sync.OnceValues(func() (string, error) {
	bin, err := Bin()
	if err != nil {
		return "", err
	}
	as, err := User()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "verbale-pg-*")
	if err != nil {
		return "", err
	}
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return "", err
		}
	}
	data := filepath.Join(dir, "data")
	if err := Init(bin, data, as, config, access); err != nil {
		return "", err
	}

	// The writing end is never closed: the kernel does it when this process ends.
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return "", err
	}
	input := os.NewFile(uintptr(pipe[0]), "watched")
	defer input.Close()
	watcher := exec.Command("/bin/sh", "-c", watch, "sh", bin, dir)
	watcher.Dir, watcher.Stdin = dir, input
	// In a session of its own, an interrupt from the keyboard does not reach it.
	watcher.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setsid: true}
	if err := watcher.Start(); err != nil {
		return "", err
	}

	admin := (&url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}}.Encode()}).String()
	if err := Answers(admin, 30*time.Second); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		return "", fmt.Errorf("PostgreSQL did not come up: %w\n%s", err, log)
	}
	return admin, nil
})

// Init makes a cluster whose superuser is postgres, adds to its configuration,
// and says who may connect, in the words of pg_hba.conf.
func Init(bin, data string, as *syscall.Credential, config, access string) error {
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--pgdata", data, "--username", "postgres",
		"--auth", "trust", "--no-locale", "--encoding", "UTF8", "--no-sync", "--no-instructions")
	initdb.Dir = filepath.Dir(data)
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	settings, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = settings.WriteString(config)
	if err := errors.Join(err, settings.Close()); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(access), 0o600)
}

// Answers waits until the server of a URL takes connections.
func Answers(to string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, to)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return errors.New(strings.TrimSpace(err.Error()))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
