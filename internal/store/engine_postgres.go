package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"verbale/internal/problem"
	"verbale/internal/seal"
)

// This file and those whose names begin with postgres are all that knows
// PostgreSQL. The tables are shared by all companies: every key begins with
// the company, filled in by default from a setting of the transaction, and
// row-level security is forced for a role that owns nothing. So the SQL text
// of the rooms names no company, and one that is forgotten is an error.

// pgEngine keeps companies in a PostgreSQL database that other nodes may use
// at the same time.
type pgEngine struct {
	pool      *pgxpool.Pool
	companies *catalog
}

// pgSchema is where the tables live, so that a database can be shared with
// other programs.
const pgSchema = "verbale"

// openPostgres connects as the application role, after migrating as the owner
// if there is one.
func openPostgres(ctx context.Context, opts Options, root *seal.Root) (e *pgEngine, err error) {
	if opts.Owner != "" {
		if err := migratePostgres(ctx, opts.Owner, opts.Database); err != nil {
			return nil, err
		}
	}
	config, err := pgxpool.ParseConfig(opts.Database)
	if err != nil {
		return nil, refuse("store.database_url", "The database's address cannot be read. It looks like postgres://user:password@host:5432/name.", hideURL(err))
	}
	config.ConnConfig.RuntimeParams["search_path"] = pgSchema
	config.ConnConfig.RuntimeParams["application_name"] = "verbale"
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "30000" // who hangs while it reads holds up only the clearing away of old rows
	// A node that has lost its power closes nothing: its connections are given
	// up after this many milliseconds without an answer to what was sent, and
	// after fifteen seconds to nothing at all.
	config.ConnConfig.RuntimeParams["tcp_user_timeout"] = "15000"
	config.ConnConfig.RuntimeParams["tcp_keepalives_idle"] = "5"
	config.ConnConfig.RuntimeParams["tcp_keepalives_interval"] = "5"
	config.ConnConfig.RuntimeParams["tcp_keepalives_count"] = "2"
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	config.ConnConfig.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3}}).DialContext
	if !strings.Contains(opts.Database, "pool_max_conns=") {
		config.MaxConns = 16
	}
	if config.ConnConfig.Fallbacks != nil && config.ConnConfig.ValidateConnect == nil {
		// Of several hosts the one that can be written is meant.
		config.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, classify(err)
	}
	e = &pgEngine{pool: pool}
	if err := e.check(ctx, root); err != nil {
		pool.Close()
		return nil, err
	}
	e.companies = &catalog{db: stdlib.OpenDBFromPool(pool), shared: true}
	return e, nil
}

// hideURL keeps a password out of an error that quotes the address.
func hideURL(err error) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return errors.New("it is no URL")
	}
	if _, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		return errors.New("it is no PostgreSQL address")
	}
	return err
}

func (e *pgEngine) catalog() *catalog { return e.companies }
func (e *pgEngine) shared() bool      { return true }

func (e *pgEngine) close() {
	if e.companies != nil {
		e.companies.db.Close()
	}
	e.pool.Close()
}

// pgDatabase is one company's rows.
type pgDatabase struct {
	engine *pgEngine
	id     int64
	reads  chan struct{} // one for each that is running
}

func (e *pgEngine) open(ctx context.Context, name string) (database, error) {
	id, err := e.companies.id(ctx, name)
	if err != nil {
		return nil, err
	}
	// One company's reads take half of the connections at most: the others'
	// must not wait for it.
	return &pgDatabase{engine: e, id: id, reads: make(chan struct{}, max(1, e.pool.Config().MaxConns/2))}, nil
}

func (d *pgDatabase) dialect() Dialect { return Postgres }
func (d *pgDatabase) close()           {}

// acquire takes a connection. One that cannot be had although the caller still
// waits is the database's fault, whatever the pool calls it.
func (d *pgDatabase) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pooled, err := d.engine.pool.Acquire(limited)
	if err = classify(err); err != nil && ctx.Err() == nil && problem.Of(err) == nil {
		err = refuse("store.unreachable", unreachable, err)
	}
	return pooled, err
}

func (d *pgDatabase) reader(ctx context.Context) (conn, func(), error) {
	select {
	case d.reads <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	c, done, err := d.readAt(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	return c, done, nil
}

// readAt begins one of the reads that d.reads counts, and done ends it. It sees
// the moment that another connection has exported, or if there is none its own.
func (d *pgDatabase) readAt(ctx context.Context, moment string) (*pgConn, func(), error) {
	pooled, err := d.acquire(ctx)
	if err != nil {
		<-d.reads
		return nil, nil, err
	}
	c := newPgConn(pooled)
	done := func() {
		c.rollback()
		pooled.Release()
		<-d.reads
	}
	err = c.later(pgBeginRead)
	if err == nil && moment != "" {
		err = c.see(ctx, moment)
	}
	if err == nil {
		err = c.later(pgCompany, strconv.FormatInt(d.id, 10))
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return c, done, nil
}

func (d *pgDatabase) writer(ctx context.Context) (writeConn, func(), error) {
	pooled, err := d.acquire(ctx)
	if err != nil {
		return nil, nil, err
	}
	return &pgWriter{pgConn: newPgConn(pooled), company: d.id}, pooled.Release, nil
}

// lookoutEvery is how long a node knows nothing of what another has written,
// at the most: the bus tells sooner, and may lose it.
const lookoutEvery = time.Second

func (e *pgEngine) lookout(ctx context.Context, told func([]TenantHead)) {
	tick := time.NewTicker(lookoutEvery)
	defer tick.Stop()
	well := true
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		heads, err := e.heads(ctx)
		if err != nil {
			if well && ctx.Err() == nil {
				slog.Error("the database does not answer; it is asked again every second", "error", err)
			}
			well = false
			continue
		}
		if !well {
			slog.Info("the database answers again")
		}
		well = true
		told(heads)
	}
}

// heads tells how far every company's register reaches. It is the one question
// that row-level security must not answer for one company alone, and so the
// owner answers it: names and numbers, no content.
func (e *pgEngine) heads(ctx context.Context) (heads []TenantHead, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows, err := e.pool.Query(ctx, `SELECT name, size FROM heads()`)
	if err != nil {
		return nil, classify(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h TenantHead, err error) {
		err = row.Scan(&h.Tenant, &h.Size)
		return h, err
	})
}

var conflictTarget = regexp.MustCompile(`ON CONFLICT \(`)

// rebindPostgres writes a portable statement as PostgreSQL wants it: numbered
// parameters, and the company in front of every conflict target, as it is in
// front of every key.
func rebindPostgres(query string) string {
	return conflictTarget.ReplaceAllString(numbered(query), "ON CONFLICT (tenant, ")
}

// numbered turns each "?" outside a quoted text into $1, $2 and so on.
func numbered(query string) string { return rebind(query, "$") }

// rebind turns each "?" outside a quoted text into a name and its number.
func rebind(query, name string) string {
	var b strings.Builder
	n, quoted := 0, false
	for _, r := range query {
		switch {
		case r == '\'':
			quoted = !quoted
			b.WriteRune(r)
		case r == '?' && !quoted:
			n++
			b.WriteString(name + strconv.Itoa(n))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// The error codes of https://www.postgresql.org/docs/15/errcodes-appendix.html
// that a person can do something about.
func classifyPostgres(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case e.Code == "53100":
			return refuse("store.full", "The database's disk is full. Nothing was written; free some space and try again.", err)
		case e.Code == "25006":
			return refuse("store.read_only", "The database takes no writes: it is a standby. Give the addresses of all its servers, so that the one that writes is found.", err)
		case e.Code == "42501":
			return refuse("store.forbidden", "The database's role may not do this. Prepare the database again as its owner: verbale database prepare.", err)
		case e.Code == "28P01", e.Code == "28000":
			return refuse("store.database_refused", "The database refuses the user or the password. Correct the address given with --database.", err)
		case e.Code == "3D000":
			return refuse("store.database_missing", fmt.Sprintf("The database server has no such database (%s). Make it, then run verbale database prepare.", e.Message), err)
		case e.Code == "XX001", e.Code == "XX002":
			return refuse("store.corrupt", "The database is damaged. Stop the servers, keep the database as it is, and restore the last backup.", err)
		case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "57P"), e.Code == "53300", e.Code == "25P03":
			return refuse("store.unreachable", unreachable, err)
		}
		return err
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return refuse("store.unreachable", unreachable, hideConnect(err))
	}
	if _, ok := errors.AsType[net.Error](err); ok || pgconn.Timeout(err) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "unexpected EOF") {
		return refuse("store.unreachable", unreachable, err)
	}
	return err
}

const unreachable = "The database cannot be reached at the moment. Nothing was lost; it is tried again."

// hideConnect keeps addresses with passwords out of logs.
func hideConnect(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e
	}
	return errors.New("no connection to the database")
}
