package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// New makes a database for one test and drops it when the test ends. No role
// is a superuser, and the roles of one database cannot enter another.
func New(t testing.TB) (ownerURL, appURL string) {
	t.Helper()
	admin := os.Getenv("VERBALE_TEST_DATABASE")
	if admin == "" {
		var err error
		if admin, err = started(); err != nil {
			t.Fatal(err)
		}
	}
	name, password := "t_"+random(5), random(8)
	owner, app := name+"_owner", name+"_app"
	run(t, admin,
		`CREATE ROLE `+owner+` LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '`+password+`'`,
		`CREATE ROLE `+app+` LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '`+password+`'`,
		`GRANT `+owner+` TO CURRENT_USER`, // else only a superuser may give the database away
		`CREATE DATABASE `+name+` TEMPLATE template0 OWNER `+owner+` ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`,
		`REVOKE ALL ON DATABASE `+name+` FROM PUBLIC`,
		`GRANT CONNECT ON DATABASE `+name+` TO `+app,
	)
	t.Cleanup(func() {
		run(t, admin, `DROP DATABASE `+name+` WITH (FORCE)`, `DROP ROLE `+app, `DROP ROLE `+owner)
	})
	as := func(role string) string {
		u, err := url.Parse(admin)
		if err != nil {
			t.Fatal("VERBALE_TEST_DATABASE is not a URL: postgres://user:password@host/database")
		}
		u.User, u.Path = url.UserPassword(role, password), "/"+name
		return u.String()
	}
	return as(owner), as(app)
}

// run gives an administrator's statements to the server, one by one: a
// database is not made inside a transaction.
func run(t testing.TB, admin string, statements ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		t.Fatalf("PostgreSQL does not answer: %v", err)
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			what, _, _ := strings.Cut(statement, " PASSWORD")
			t.Fatalf("%s: %v", what, err)
		}
	}
}

func random(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}
