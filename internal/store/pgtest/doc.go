// Package pgtest gives tests a real PostgreSQL. One server is started for a
// test process, by an ordinary user, in a directory of its own and reachable
// by a socket in it alone; it ends with the process and its directory goes,
// also if the process is killed. $VERBALE_TEST_DATABASE names a server that
// runs already instead: the URL of a superuser, or of a role that may make
// databases and roles.
//
// Each call of New gives a fresh database with two roles, as a good
// installation has them: the owner of the schema, and an application role
// that owns nothing and may not pass row level security.
package pgtest
