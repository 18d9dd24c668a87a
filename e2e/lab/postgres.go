package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"verbale/internal/store/pgtest"
)

// Postgres is a primary and a standby that has every commit before the client
// is told of it (synchronous_commit=on with a synchronous standby). To wait for
// it to be applied there too (remote_apply) would be slower and gain nothing:
// nobody reads from the standby, and to be promoted it applies all it has.
type Postgres struct {
	OwnerURL string // of the role that owns the database and its schema
	AppURL   string // of the application's role, which owns nothing

	t       testing.TB
	bin     string
	primary *pgServer
	standby *pgServer
}

type pgServer struct {
	*Process
	host *Host
	data string
}

// Like a real one's, only small. A line that is silent for five seconds is
// given up, by both ends.
const pgConfig = `
unix_socket_directories = ''
fsync = on
synchronous_commit = on
max_connections = 300
shared_buffers = 128MB
wal_keep_size = 512MB
max_wal_size = 1GB
wal_sender_timeout = 5s
wal_receiver_timeout = 5s
tcp_user_timeout = 5s
log_min_messages = info
log_connections = off
`

// The laboratory's network has nobody else on it.
const pgAccess = `
host replication replicator 10.0.0.0/8 trust
host all postgres 10.0.0.0/8 trust
host all all 10.0.0.0/8 scram-sha-256
`

// Postgres makes a primary on one host and its standby on another.
func (l *Lab) Postgres(primary, standby *Host) *Postgres {
	t := l.t
	t.Helper()
	bin, err := pgtest.Bin()
	if err != nil {
		t.Fatal(err)
	}
	pg := &Postgres{t: t, bin: bin,
		primary: &pgServer{host: primary, data: filepath.Join(primary.Dir("postgres"), "data")},
		standby: &pgServer{host: standby, data: filepath.Join(standby.Dir("postgres"), "data")},
	}
	where := fmt.Sprintf("%s,%s/verbale?sslmode=disable&connect_timeout=2&target_session_attrs=read-write", primary.At(5432), standby.At(5432))
	pg.OwnerURL, pg.AppURL = "postgres://owner:secret@"+where, "postgres://app:secret@"+where

	as, err := pgtest.User()
	if err != nil {
		t.Fatal(err)
	}
	if err := pgtest.Init(bin, pg.primary.data, as, pgConfig, pgAccess); err != nil {
		t.Fatal(err)
	}
	pg.start(pg.primary)
	for _, statement := range []string{
		`CREATE ROLE replicator LOGIN REPLICATION`,
		`CREATE ROLE owner LOGIN PASSWORD 'secret'`,
		`CREATE ROLE app LOGIN PASSWORD 'secret'`,
		`CREATE DATABASE verbale OWNER owner`,
	} {
		pg.do(pg.primary, statement)
	}
	pg.follow()
	return pg
}

// start starts a server that is not on its host's list yet.
func (pg *Postgres) start(s *pgServer) {
	pg.t.Helper()
	if s.Process == nil {
		s.Process = s.host.Run("postgres", nil, filepath.Join(pg.bin, "postgres"), "-D", s.data, "-h", s.host.IP.String())
	} else {
		s.Process.Start(pg.t)
	}
	if err := pgtest.Answers(s.url(), 30*time.Second); err != nil {
		pg.t.Fatalf("PostgreSQL on %s does not answer: %v\n%s", s.host.Name, err, s.lastWords())
	}
}

// url is the superuser's, of this server alone.
func (s *pgServer) url() string {
	return fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable&connect_timeout=2", s.host.At(5432))
}

func (pg *Postgres) do(s *pgServer, statement string) {
	pg.t.Helper()
	if _, err := ask[string](s, statement); err != nil {
		pg.t.Fatalf("%s on %s: %v", statement, s.host.Name, err)
	}
}

// ask gives a statement to a server and takes the first value of the answer, if
// there is one.
func ask[T any](s *pgServer, statement string) (answer T, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url())
	if err != nil {
		return answer, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, statement)
	if err != nil {
		return answer, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if len(all) > 0 {
		answer = all[0]
	}
	return answer, err
}

// follow makes the standby anew from the primary, and from then on the primary
// waits for it.
func (pg *Postgres) follow() {
	t := pg.t
	t.Helper()
	if err := os.RemoveAll(pg.standby.data); err != nil {
		t.Fatal(err)
	}
	pg.standby.host.Do(filepath.Join(pg.bin, "pg_basebackup"), "--pgdata", pg.standby.data, "--write-recovery-conf", "--checkpoint", "fast", "--no-sync",
		"--host", pg.primary.host.IP.String(), "--username", "replicator")
	pg.start(pg.standby)
	pg.do(pg.primary, `ALTER SYSTEM SET synchronous_standby_names = '*'`)
	pg.do(pg.primary, `SELECT pg_reload_conf()::text`)
	pg.Synchronous(t)
}

// Synchronous waits until the standby has all that the primary has.
func (pg *Postgres) Synchronous(t testing.TB) {
	t.Helper()
	Until(t, 30*time.Second, "the standby follows", func() bool {
		state, err := ask[string](pg.primary, `SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'`)
		return err == nil && state == "sync"
	})
}

// Primary is the process of the server that takes writes, Standby of the other.
func (pg *Postgres) Primary() *Process { return pg.primary.Process }

// Standby is the server that follows.
func (pg *Postgres) Standby() *Process { return pg.standby.Process }

// PrimaryHost is where the primary runs, StandbyHost where the standby does.
func (pg *Postgres) PrimaryHost() *Host { return pg.primary.host }

// StandbyHost is where the standby runs.
func (pg *Postgres) StandbyHost() *Host { return pg.standby.host }

// Failover fences the primary and promotes the standby, in this order: while
// the old one may still be alive and only cut off, it would go on answering
// reads with what is no longer so. (It could acknowledge no write, since its
// standby confirms none.) The new primary stands alone until Rejoin.
func (pg *Postgres) Failover(t testing.TB) {
	t.Helper()
	pg.primary.Kill()
	for _, statement := range []string{
		`ALTER SYSTEM SET synchronous_standby_names = ''`,
		`SELECT pg_reload_conf()::text`,
		`SELECT pg_promote()::text`,
	} {
		pg.do(pg.standby, statement)
	}
	pg.primary, pg.standby = pg.standby, pg.primary
}

// Rejoin makes the fenced server a standby of the one that took its place. What
// only it had is thrown away; nobody was told of that.
func (pg *Postgres) Rejoin(t testing.TB) {
	t.Helper()
	pg.follow()
}
