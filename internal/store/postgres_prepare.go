package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"verbale/internal/problem"
	"verbale/internal/seal"
)

// PreparePostgres makes or migrates the tables as their owner, and gives the
// application's role what it needs and nothing more. Owner and application are
// addresses of the same database as different users.
func PreparePostgres(ctx context.Context, owner, application string) (schema int64, err error) {
	if err := migratePostgres(ctx, owner, application); err != nil {
		return 0, err
	}
	return newestMigration()
}

func migratePostgres(ctx context.Context, owner, application string) error {
	app, err := pgx.ParseConfig(application)
	if err != nil {
		return refuse("store.database_url", "The database's address cannot be read. It looks like postgres://user:password@host:5432/name.", hideURL(err))
	}
	config, err := pgx.ParseConfig(owner)
	if err != nil {
		return refuse("store.database_url", "The address of the database's owner cannot be read. It looks like postgres://user:password@host:5432/name.", hideURL(err))
	}
	if app.User == config.User {
		return problem.New(problem.Invalid, "store.roles_same", "The database's owner and the application's role are the same. Make a second role for the application, which owns nothing: CREATE ROLE verbale_app LOGIN PASSWORD '…'.")
	}
	config.RuntimeParams["search_path"] = pgSchema
	if len(config.Fallbacks) > 0 {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	if err := oldEnough(ctx, db); err != nil {
		return err
	}
	if err := makeSchema(ctx, db); err != nil {
		return err
	}
	// Of several nodes that start at once one migrates and the others wait.
	alone, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	steps, err := migrations(goose.DialectPostgres, db, goose.WithSessionLocker(alone))
	if err != nil {
		return err
	}
	if err := migrateUp(ctx, steps, "this database", newest); err != nil {
		return err
	}
	return admit(ctx, db, app.User)
}

// admit gives the application's role what it needs. Two nodes that do so at
// once would meet in PostgreSQL's catalog, and one of them would fail.
func admit(ctx context.Context, db *sql.DB, role string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext('verbale admit'))`); err != nil {
		return classify(err)
	}
	if _, err := tx.ExecContext(ctx, `SELECT admit($1)`, role); err != nil {
		return classify(err)
	}
	return classify(tx.Commit())
}

// leastPostgres is the oldest version whose row-level security and default
// grants are those that the migrations count on.
const leastPostgres = 150000

func oldEnough(ctx context.Context, db *sql.DB) error {
	var number int
	var version string
	if err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version')`).Scan(&number, &version); err != nil {
		return classify(err)
	}
	if number < leastPostgres {
		return problem.Newf(problem.Unavailable, "store.database_old", "PostgreSQL 15 or later is needed; this is %s.", version)
	}
	return nil
}

func makeSchema(ctx context.Context, db *sql.DB) error {
	var there bool
	err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'verbale')`).Scan(&there)
	if err == nil && !there {
		// Two that make it at once: the second finds it made.
		_, err = db.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS verbale`)
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == "23505" || e.Code == "42P06") {
			err = nil
		}
	}
	return classify(err)
}

// check refuses, before anything is written, a database that this program must
// not use.
func (e *pgEngine) check(ctx context.Context, root *seal.Root) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := e.pool.Acquire(ctx)
	if err != nil {
		return classify(err)
	}
	defer c.Release()
	for _, step := range checks {
		if err := step(ctx, c); err != nil {
			return classify(err)
		}
	}
	return classify(checkRoot(ctx, c, root))
}

// LookAtPostgres says which version a database has that a node could use, or
// why it could not.
func LookAtPostgres(ctx context.Context, application string) (version string, err error) {
	config, err := pgxpool.ParseConfig(application)
	if err != nil {
		return "", refuse("store.database_url", "The database's address cannot be read. It looks like postgres://user:password@host:5432/name.", hideURL(err))
	}
	config.ConnConfig.RuntimeParams["search_path"] = pgSchema
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return "", classify(err)
	}
	defer pool.Close()
	c, err := pool.Acquire(ctx)
	if err != nil {
		return "", classify(err)
	}
	defer c.Release()
	for _, step := range checks {
		if err := step(ctx, c); err != nil {
			return "", classify(err)
		}
	}
	return c.Conn().PgConn().ParameterStatus("server_version"), nil
}

var checks = []func(context.Context, *pgxpool.Conn) error{checkVersion, checkRole, checkSchema}

func checkVersion(ctx context.Context, c *pgxpool.Conn) error {
	var number int
	var version string
	err := c.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version')`).Scan(&number, &version)
	if err == nil && number < leastPostgres {
		err = problem.Newf(problem.Unavailable, "store.database_old", "PostgreSQL 15 or later is needed; this is %s.", version)
	}
	return err
}

// checkRole refuses a role that row-level security would not bind.
func checkRole(ctx context.Context, c *pgxpool.Conn) error {
	var name string
	var super, bypass, create bool
	var owned []string
	err := c.QueryRow(ctx, `SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole,
		COALESCE((SELECT array_agg(t.relname::text ORDER BY t.relname) FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
			WHERE n.nspname = 'verbale' AND pg_has_role(r.oid, t.relowner, 'MEMBER')), '{}')
		FROM pg_roles r WHERE r.rolname = current_user`).Scan(&name, &super, &bypass, &create, &owned)
	if err != nil {
		return err
	}
	why := ""
	switch {
	case super:
		why = "it is a superuser"
	case bypass:
		why = "it has BYPASSRLS, so no row is hidden from it"
	case create:
		why = "it has CREATEROLE, so it could make itself anybody"
	case len(owned) > 0:
		why = fmt.Sprintf("it owns, or is a member of the role that owns, %s", strings.Join(owned[:min(3, len(owned))], ", "))
	default:
		return nil
	}
	return problem.Newf(problem.Unavailable, "store.role_too_strong", "The database role %s has too many rights: %s. The companies would not be kept apart. Use a role that owns nothing: CREATE ROLE verbale_app LOGIN PASSWORD '…'; then verbale database prepare.", name, why)
}

// checkSchema compares the schema's version with this program's.
func checkSchema(ctx context.Context, c *pgxpool.Conn) error {
	want, err := newestMigration()
	if err != nil {
		return err
	}
	var have int64
	err = c.QueryRow(ctx, `SELECT schema_version()`).Scan(&have)
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == "42883" || e.Code == "3F000" || e.Code == "42501") {
		return problem.New(problem.Unavailable, "store.unprepared", "This database is not prepared for Verbale. Run verbale database prepare with the address of its owner, or give that to the server as --database-owner.")
	}
	switch {
	case err != nil:
		return err
	case have > want:
		return schemaNewer("this database", have, want)
	case have < want:
		return problem.Newf(problem.Unavailable, "store.schema_older", "This database has an older schema (%d, this program wants %d). Run verbale database prepare with the address of its owner, or give that to the server as --database-owner.", have, want)
	}
	return nil
}

func newestMigration() (int64, error) {
	names, err := migrationFiles.ReadDir("migrations/postgres")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("store: there are no migrations (%w)", err)
	}
	return goose.NumericComponent(names[len(names)-1].Name())
}

// checkRoot makes sure that all nodes have the same root key: what one of them
// seals, another must be able to open.
func checkRoot(ctx context.Context, c *pgxpool.Conn, root *seal.Root) error {
	id := root.ID()
	var known []byte
	err := c.QueryRow(ctx, `WITH put AS (INSERT INTO root_key (one, id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING RETURNING id)
		SELECT id FROM put UNION ALL SELECT id FROM root_key`, id[:]).Scan(&known)
	if errors.Is(err, sql.ErrNoRows) { // another node's came between
		err = c.QueryRow(ctx, `SELECT id FROM root_key`).Scan(&known)
	}
	if err == nil && string(known) != string(id[:]) {
		err = problem.New(problem.Unavailable, "store.root_differs", "This node has another root key than the one the database's companies are sealed with. Copy root.key from a node that works, or set VERBALE_ROOT_KEY as there.")
	}
	return err
}
